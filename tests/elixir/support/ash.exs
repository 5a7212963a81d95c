# The least of what support types are built on, so that their own functions can run without Ash.

defmodule Postgrex.Point, do: defstruct([:x, :y])
defmodule Postgrex.Line, do: defstruct([:a, :b, :c])
defmodule Postgrex.LineSegment, do: defstruct([:point1, :point2])
defmodule Postgrex.Box, do: defstruct([:upper_right, :bottom_left])
defmodule Postgrex.Circle, do: defstruct([:center, :radius])
defmodule Postgrex.Path, do: defstruct([:points, :open])
defmodule Postgrex.Polygon, do: defstruct([:vertices])
defmodule Postgrex.INET, do: defstruct([:address, :netmask])
defmodule Postgrex.MACADDR, do: defstruct([:address])
defmodule Postgrex.Interval, do: defstruct(months: 0, days: 0, secs: 0, microsecs: 0)
defmodule Postgrex.Multirange, do: defstruct([:ranges])

defmodule Postgrex.Range do
  defstruct lower: nil, upper: nil, lower_inclusive: true, upper_inclusive: true
end

defmodule Duration do
  defstruct year: 0, month: 0, week: 0, day: 0, hour: 0, minute: 0, second: 0, microsecond: {0, 0}

  def from_iso8601("P1Y2M3DT4.5S"),
    do: {:ok, %Duration{year: 1, month: 2, day: 3, second: 4, microsecond: {500_000, 1}}}

  def from_iso8601("P9999999999Y"), do: {:ok, %Duration{year: 9_999_999_999}}
  def from_iso8601(_text), do: {:error, :invalid_format}
end

defmodule Decimal do
  defstruct [:coef, exp: 0]
  def new(value), do: %Decimal{coef: to_string(value)}
  def normalize(value), do: value
end

defmodule Comp do
  def greater_than?(%struct{} = left, right), do: struct.compare(left, right) == :gt
  def greater_than?(left, right), do: left > right
end

defmodule Jason do
  def encode_to_iodata!(value), do: inspect(value)
end

defmodule Jason.Fragment do
  defstruct [:text]
  def new(text), do: %Jason.Fragment{text: text}
end

defmodule Some.Library, do: def(type, do: :string)

defmodule Ecto.ParameterizedType do
  def init(module, options), do: {:parameterized, {module, options}}
end

defmodule Ecto.Type do
  def cast(_type, nil), do: {:ok, nil}
  def cast(:integer, value) when is_integer(value), do: {:ok, value}
  def cast(:integer, value) when is_binary(value), do: whole(Integer.parse(value))
  def cast(:float, value) when is_float(value), do: {:ok, value}
  def cast(:float, value) when is_binary(value), do: whole(Float.parse(value))
  def cast(:date, %Date{} = value), do: {:ok, value}

  def cast(:date, value) when is_binary(value),
    do: with({:error, _reason} <- Date.from_iso8601(value), do: :error)

  def cast(_type, _value), do: :error

  def load(_type, value), do: {:ok, value}
  def dump(_type, value), do: {:ok, value}

  defp whole({number, ""}), do: {:ok, number}
  defp whole(_other), do: :error
end

defmodule Ash.Expr do
  def expr?(value), do: match?({:expression, _text}, value)
end

defmodule Ash.Type.Text do
  def cast_input(nil, _constraints), do: {:ok, nil}
  def cast_input(value, _constraints) when is_binary(value), do: {:ok, value}
  def cast_input(_value, _constraints), do: :error
  def cast_stored(value, _constraints), do: {:ok, value}
  def dump_to_native(value, _constraints), do: {:ok, value}
  def storage_type(_constraints), do: :text

  def apply_constraints(value, constraints) when is_binary(value) do
    if String.length(value) > Keyword.get(constraints, :max_length, 99),
      do: {:error, "is too long"},
      else: {:ok, value}
  end

  def apply_constraints(value, _constraints), do: {:ok, value}
end

defmodule Ash.Type.Whole do
  def cast_input(value, _constraints), do: Ecto.Type.cast(:integer, value)
  def cast_stored(value, _constraints), do: {:ok, value}
  def dump_to_native(value, _constraints), do: {:ok, value}
  def storage_type(_constraints), do: :bigint
  def apply_constraints(value, _constraints), do: {:ok, value}
end

defmodule Ash.Type.Anything do
  def cast_input(value, _constraints), do: {:ok, value}
  def cast_stored(value, _constraints), do: {:ok, value}
  def dump_to_native(value, _constraints), do: {:ok, value}
  def storage_type(_constraints), do: :any
  def apply_constraints(value, _constraints), do: {:ok, value}
end

defmodule Ash.Type do
  @callback storage_type() :: term
  @callback storage_type(term) :: term
  @callback matches_type?(term, term) :: boolean
  @callback cast_input(term, term) :: term
  @callback cast_stored(term, term) :: term
  @callback dump_to_native(term, term) :: term
  @callback cast_atomic(term, term) :: term
  @callback apply_constraints(term, term) :: term
  @callback apply_constraints_array(term, term) :: term
  @callback apply_atomic_constraints(term, term) :: term
  @callback apply_atomic_constraints_array(term, term) :: term
  @callback composite?(term) :: boolean
  @callback composite_types(term) :: list
  @callback generator(term) :: term
  @callback equal?(term, term) :: boolean
  @callback prepare_change(term, term, term) :: term
  @callback handle_change(term, term, term) :: term
  @callback cast_from_embedded(term, term) :: term
  @callback dump_to_embedded(term, term) :: term
  @optional_callbacks storage_type: 0,
                      equal?: 2,
                      prepare_change: 3,
                      handle_change: 3,
                      cast_from_embedded: 2,
                      dump_to_embedded: 2

  defmacro __using__(_options) do
    quote do
      @behaviour Ash.Type
      @before_compile Ash.Type

      def storage_type(_constraints), do: storage_type()
      def storage_type, do: :any
      def matches_type?(_value, _constraints), do: true
      def cast_stored(value, _constraints), do: {:ok, value}
      def dump_to_native(value, _constraints), do: {:ok, value}
      def cast_atomic(value, _constraints), do: {:atomic, value}
      def apply_constraints(value, _constraints), do: {:ok, value}
      def apply_atomic_constraints(value, _constraints), do: {:ok, value}
      def composite?(_constraints), do: false
      def composite_types(_constraints), do: []
      def generator(_constraints), do: raise("no generator")

      def apply_constraints_array(values, _constraints) do
        if nil in values, do: {:error, "no nil values"}, else: {:ok, values}
      end

      def apply_atomic_constraints_array(values, constraints),
        do: apply_constraints_array(values, constraints)

      defoverridable storage_type: 0,
                     storage_type: 1,
                     matches_type?: 2,
                     cast_stored: 2,
                     dump_to_native: 2,
                     cast_atomic: 2,
                     apply_constraints: 2,
                     apply_atomic_constraints: 2,
                     composite?: 1,
                     composite_types: 1,
                     generator: 1,
                     apply_constraints_array: 2,
                     apply_atomic_constraints_array: 2
    end
  end

  defmacro __before_compile__(_environment), do: nil

  def init(_type, constraints), do: {:ok, constraints}

  def cast_input(type, value, constraints), do: each(type, :cast_input, value, constraints)
  def cast_stored(type, value, constraints), do: each(type, :cast_stored, value, constraints)

  def dump_to_native(type, value, constraints),
    do: each(type, :dump_to_native, value, constraints)

  def apply_constraints(type, value, constraints),
    do: each(type, :apply_constraints, value, constraints)

  def generator(_type, _constraints), do: nil

  def module({:array, type}), do: {:array, type}
  def module(type) when type in [:string, :ci_string], do: Ash.Type.Text
  def module(:integer), do: Ash.Type.Whole

  def module(type) do
    if String.starts_with?(Atom.to_string(type), "Elixir.App."), do: type, else: Ash.Type.Anything
  end

  defp each({:array, _type}, _function, nil, _constraints), do: {:ok, nil}

  defp each({:array, type}, function, values, constraints) do
    results = for value <- values, do: each(type, function, value, constraints[:items] || [])

    Enum.find(results, {:ok, for({:ok, value} <- results, do: value)}, fn result ->
      not match?({:ok, _value}, result)
    end)
  end

  defp each(type, function, value, constraints),
    do: apply(module(type), function, [value, constraints])
end

defmodule Ash.Type.NewType do
  defmacro __using__(options) do
    quote do
      use Ash.Type

      @subtype Ash.Type.module(unquote(options[:subtype_of]))
      @fixed unquote(options[:constraints] || [])

      def subtype_of, do: unquote(options[:subtype_of])
      def storage_type(constraints), do: @subtype.storage_type(constraints)
      def cast_input(value, constraints), do: @subtype.cast_input(value, constraints ++ @fixed)
      def cast_stored(value, constraints), do: @subtype.cast_stored(value, constraints)
      def dump_to_native(value, constraints), do: @subtype.dump_to_native(value, constraints)

      def apply_constraints(value, constraints),
        do: @subtype.apply_constraints(value, constraints ++ @fixed)

      defoverridable storage_type: 1, cast_input: 2, apply_constraints: 2
    end
  end
end

defmodule Ash.Type.Enum do
  @callback match(term) :: term

  defmacro __using__(options) do
    quote do
      use Ash.Type
      @behaviour Ash.Type.Enum

      def values, do: unquote(options[:values])
      def cast_input(nil, _constraints), do: {:ok, nil}
      def cast_input(value, _constraints), do: match(value)

      def match(value) do
        case Enum.find(values(), :none, &(&1 == value or to_string(&1) == value)) do
          :none -> :error
          found -> {:ok, found}
        end
      end

      def cast_stored(value, constraints), do: cast_input(value, constraints)
      def dump_to_native(nil, _constraints), do: {:ok, nil}
      def dump_to_native(value, _constraints), do: {:ok, to_string(value)}
      def cast_atomic(value, constraints), do: cast_input(value, constraints)
      def apply_atomic_constraints(value, _constraints), do: {:ok, value}

      defoverridable match: 1, cast_stored: 2, dump_to_native: 2
    end
  end
end
