defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Span
  end
end

defmodule App.Core.Span do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "spans"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :a, :range do
      public? true
      constraints inner_type: :integer, allow_empty?: true
    end

    attribute :b, :range do
      public? true
      constraints inner_type: :date, allow_empty?: true
    end

    attribute :c, :range do
      public? true

      constraints inner_type: :datetime,
                  inner_constraints: [precision: :microsecond],
                  allow_empty?: true
    end

    attribute :d, App.Types.Int4Range do
      public? true
    end

    attribute :e, App.Types.NumRange do
      public? true
    end

    attribute :f, App.Types.TsRange do
      public? true
    end

    attribute :g, App.Types.FloatRange do
      public? true
    end

    attribute :h, App.Types.DateMultirange do
      public? true
    end

    attribute :i, App.Types.FloatMultirange do
      public? true
    end
  end
end

defmodule App.Types.FloatMultirange do
  @moduledoc "A PostgreSQL `float_multirange` as `Postgrex.Multirange`. Casts lists of ranges and PostgreSQL's text."
  use Ash.Type

  @impl true
  def storage_type(_constraints), do: :float_multirange

  @impl true
  def matches_type?(%Postgrex.Multirange{}, _constraints), do: true
  def matches_type?(_value, _constraints), do: false

  @impl true
  def cast_input(nil, _constraints), do: {:ok, nil}

  def cast_input(%Postgrex.Multirange{ranges: ranges}, constraints) when is_list(ranges),
    do: cast_input(ranges, constraints)

  def cast_input(value, _constraints) when is_list(value) do
    with {:ok, ranges} <- Enum.reduce_while(value, {:ok, []}, &collect/2),
         do: {:ok, %Postgrex.Multirange{ranges: Enum.reverse(ranges)}}
  end

  def cast_input(value, constraints) when is_binary(value) do
    range = ~r/empty|[\[(](?:"(?:[^"\\]|\\.|"")*"|[^"\[\]()])*[\])]/s

    if Regex.replace(range, value, "r") =~ ~r/\A\s*\{\s*(?:r\s*(?:,\s*r\s*)*)?\}\s*\z/,
      do: range |> Regex.scan(value) |> List.flatten() |> cast_input(constraints),
      else: {:error, "is not a multirange"}
  end

  def cast_input(_value, _constraints), do: :error

  @impl true
  def cast_stored(value, _constraints), do: {:ok, value}

  @impl true
  def dump_to_native(value, _constraints), do: {:ok, value}

  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: cast_input(value, constraints)
  end

  @impl true
  def generator(_constraints), do: StreamData.constant(%Postgrex.Multirange{ranges: []})

  defp collect(%Postgrex.Range{} = value, {:ok, ranges}),
    do: collected(check(value), ranges)

  defp collect(value, {:ok, ranges}) when is_binary(value),
    do: collected(from_text(value), ranges)

  defp collect(_value, _ranges), do: {:halt, {:error, "is not a list of ranges"}}

  defp collected({:ok, range}, ranges), do: {:cont, {:ok, [range | ranges]}}
  defp collected(error, _ranges), do: {:halt, error}

  # The text of a range: `empty`, or two bounds, which may be left out or in quotes.
  defp from_text("empty") do
    {:ok,
     %Postgrex.Range{lower: :empty, upper: :empty, lower_inclusive: false, upper_inclusive: false}}
  end

  defp from_text(text) do
    bound = ~S/("(?:[^"\\]|\\.|"")*"|[^,"\[\]()]*)/

    case Regex.run(~r/\A\s*([\[(])#{bound},#{bound}([\])])\s*\z/s, text) do
      [_text, open, lower, upper, close] ->
        check(%Postgrex.Range{
          lower: unquoted(lower),
          upper: unquoted(upper),
          lower_inclusive: open == "[" and lower != "",
          upper_inclusive: close == "]" and upper != ""
        })

      nil ->
        {:error, "is not a range"}
    end
  end

  defp unquoted(""), do: :unbound

  defp unquoted("\"" <> text),
    do: Regex.replace(~r/[\\"](.)/s, String.slice(text, 0..-2//1), "\\1")

  defp unquoted(text), do: text

  defp check(%Postgrex.Range{} = range) do
    with {:ok, lower} <- bound(range.lower),
         {:ok, upper} <- bound(range.upper) do
      if is_atom(lower) or is_atom(upper) or not Comp.greater_than?(lower, upper),
        do: {:ok, %{range | lower: lower, upper: upper}},
        else: {:error, "lower bound must be less than or equal to upper bound"}
    else
      _error -> {:error, "has a bound that is not valid"}
    end
  end

  # Postgrex writes an atom as no bound.
  defp bound(value) when value in [nil, :unbound, :empty], do: {:ok, value}

  defp bound(value), do: Ecto.Type.cast(:float, value)
end

defmodule App.Types.FloatRange do
  @moduledoc "A PostgreSQL `float_range` as `Postgrex.Range`. Casts PostgreSQL's text for ranges."
  use Ash.Type

  @impl true
  def storage_type(_constraints), do: :float_range

  @impl true
  def matches_type?(%Postgrex.Range{}, _constraints), do: true
  def matches_type?(_value, _constraints), do: false

  @impl true
  def cast_input(nil, _constraints), do: {:ok, nil}
  def cast_input(%Postgrex.Range{} = value, _constraints), do: check(value)
  def cast_input(value, _constraints) when is_binary(value), do: from_text(value)
  def cast_input(_value, _constraints), do: :error

  @impl true
  def cast_stored(value, _constraints), do: {:ok, value}

  @impl true
  def dump_to_native(value, _constraints), do: {:ok, value}

  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: cast_input(value, constraints)
  end

  @impl true
  def generator(_constraints) do
    StreamData.map(StreamData.boolean(), fn empty? ->
      bound = if empty?, do: :empty, else: :unbound

      %Postgrex.Range{lower: bound, upper: bound, lower_inclusive: false, upper_inclusive: false}
    end)
  end

  # The text of a range: `empty`, or two bounds, which may be left out or in quotes.
  defp from_text("empty") do
    {:ok,
     %Postgrex.Range{lower: :empty, upper: :empty, lower_inclusive: false, upper_inclusive: false}}
  end

  defp from_text(text) do
    bound = ~S/("(?:[^"\\]|\\.|"")*"|[^,"\[\]()]*)/

    case Regex.run(~r/\A\s*([\[(])#{bound},#{bound}([\])])\s*\z/s, text) do
      [_text, open, lower, upper, close] ->
        check(%Postgrex.Range{
          lower: unquoted(lower),
          upper: unquoted(upper),
          lower_inclusive: open == "[" and lower != "",
          upper_inclusive: close == "]" and upper != ""
        })

      nil ->
        {:error, "is not a range"}
    end
  end

  defp unquoted(""), do: :unbound

  defp unquoted("\"" <> text),
    do: Regex.replace(~r/[\\"](.)/s, String.slice(text, 0..-2//1), "\\1")

  defp unquoted(text), do: text

  defp check(%Postgrex.Range{} = range) do
    with {:ok, lower} <- bound(range.lower),
         {:ok, upper} <- bound(range.upper) do
      if is_atom(lower) or is_atom(upper) or not Comp.greater_than?(lower, upper),
        do: {:ok, %{range | lower: lower, upper: upper}},
        else: {:error, "lower bound must be less than or equal to upper bound"}
    else
      _error -> {:error, "has a bound that is not valid"}
    end
  end

  # Postgrex writes an atom as no bound.
  defp bound(value) when value in [nil, :unbound, :empty], do: {:ok, value}

  defp bound(value), do: Ecto.Type.cast(:float, value)
end
