defmodule App.Types.Bit3 do
  @moduledoc "A PostgreSQL `bit(3)` as a text of zeros and ones."
  use Ash.Type

  @impl true
  def storage_type(_constraints), do: :"bit(3)"

  @impl true
  def matches_type?(value, _constraints), do: is_binary(value) and value =~ ~r/\A[01]*\z/

  @impl true
  def cast_input(nil, _constraints), do: {:ok, nil}

  def cast_input(value, _constraints) when is_binary(value) do
    cond do
      not (value =~ ~r/\A[01]*\z/) -> {:error, "must be zeros and ones"}
      byte_size(value) != 3 -> {:error, "must have 3 digits"}
      true -> {:ok, value}
    end
  end

  def cast_input(value, constraints) when is_bitstring(value),
    do: cast_input(to_text(value), constraints)

  def cast_input(_value, _constraints), do: :error

  @impl true
  def cast_stored(nil, _constraints), do: {:ok, nil}
  def cast_stored(value, _constraints) when is_bitstring(value), do: {:ok, to_text(value)}
  def cast_stored(_value, _constraints), do: :error

  @impl true
  def dump_to_native(nil, _constraints), do: {:ok, nil}

  def dump_to_native(value, _constraints) when is_binary(value),
    do: {:ok, for(<<digit <- value>>, into: <<>>, do: <<digit - ?0::1>>)}

  def dump_to_native(_value, _constraints), do: :error

  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: cast_input(value, constraints)
  end

  @impl true
  def generator(_constraints) do
    StreamData.map(StreamData.bitstring(length: 3), &to_text/1)
  end

  defp to_text(bits), do: for(<<bit::1 <- bits>>, into: "", do: <<?0 + bit>>)
end
