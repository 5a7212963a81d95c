defmodule Legacy.Types.DateRange do
  @moduledoc "Days from the first up to, but without, the second; nil is open."
  use Ecto.Type

  alias Postgrex.Range

  @impl true
  def type, do: :daterange

  @impl true
  def cast(%Range{} = range), do: {:ok, range}

  def cast({from, until}) do
    with {:ok, from} <- cast_bound(from),
         {:ok, until} <- cast_bound(until) do
      {:ok,
       %Range{
         lower: from,
         upper: until,
         lower_inclusive: from != :unbound,
         upper_inclusive: false
       }}
    end
  end

  def cast(_other), do: :error

  defp cast_bound(nil), do: {:ok, :unbound}
  defp cast_bound(date), do: Ecto.Type.cast(:date, date)

  @impl true
  def load(%Range{} = range), do: {:ok, range}

  @impl true
  def dump(%Range{} = range), do: {:ok, range}
  def dump(_other), do: :error
end
