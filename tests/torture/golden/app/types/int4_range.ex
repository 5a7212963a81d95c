defmodule App.Types.Int4Range do
  @moduledoc "A PostgreSQL `int4range` as `Postgrex.Range`. Casts PostgreSQL's text for ranges."
  use Ash.Type

  @impl true
  def storage_type(_constraints), do: :int4range

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

  defp bound(value) do
    with {:ok, number} when number not in -2_147_483_648..2_147_483_647//1 <-
           Ecto.Type.cast(:integer, value),
         do: :error
  end
end
