defmodule App.Types.Inet do
  @moduledoc "A PostgreSQL `inet` as `Postgrex.INET`."
  use Ash.Type

  @impl true
  def storage_type(_constraints), do: :inet

  @impl true
  def matches_type?(%Postgrex.INET{}, _constraints), do: true
  def matches_type?(_value, _constraints), do: false

  @impl true
  def cast_input(nil, _constraints), do: {:ok, nil}
  def cast_input(%Postgrex.INET{} = value, _constraints), do: {:ok, value}

  def cast_input(value, _constraints) when is_binary(value) do
    with [address | mask] <- String.split(value, "/", parts: 2),
         true <- value =~ ~r/\A[[:xdigit:].:\/]+\z/,
         {:ok, address} <- :inet.parse_strict_address(String.to_charlist(address)),
         bits = if(tuple_size(address) == 4, do: 32, else: 128),
         {mask, ""} when mask in 0..bits//1 <- Integer.parse(List.first(mask, to_string(bits))) do
      # Postgrex reads a full mask as none.
      {:ok, %Postgrex.INET{address: address, netmask: if(mask < bits, do: mask)}}
    else
      _other -> {:error, "is not an IP address"}
    end
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
  def generator(_constraints) do
    byte = StreamData.integer(0..255)

    StreamData.map({byte, byte, byte, byte}, fn address ->
      %Postgrex.INET{address: address, netmask: nil}
    end)
  end
end
