defmodule Legacy.Types.Inet do
  @moduledoc "An IP address or network."
  use Ecto.Type

  @impl true
  def type, do: :inet

  @impl true
  def cast(%Postgrex.INET{} = inet), do: {:ok, inet}
  def cast(address) when is_tuple(address), do: {:ok, %Postgrex.INET{address: address}}

  def cast(text) when is_binary(text) do
    case text |> String.to_charlist() |> :inet.parse_strict_address() do
      {:ok, address} -> cast(address)
      {:error, _reason} -> :error
    end
  end

  def cast(_other), do: :error

  @impl true
  def load(%Postgrex.INET{} = inet), do: {:ok, inet}

  @impl true
  def dump(%Postgrex.INET{} = inet), do: {:ok, inet}
  def dump(_other), do: :error
end
