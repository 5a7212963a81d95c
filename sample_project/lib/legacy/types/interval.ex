defmodule Legacy.Types.Interval do
  @moduledoc "A span of time; cast from keywords like `[months: 1, days: 14]`."
  use Ecto.Type

  @impl true
  def type, do: :interval

  @impl true
  def cast(%Postgrex.Interval{} = interval), do: {:ok, interval}

  def cast(parts) when is_list(parts) do
    {:ok, struct!(Postgrex.Interval, parts)}
  rescue
    KeyError -> :error
  end

  def cast(_other), do: :error

  @impl true
  def load(%Postgrex.Interval{} = interval), do: {:ok, interval}

  @impl true
  def dump(%Postgrex.Interval{} = interval), do: {:ok, interval}
  def dump(_other), do: :error
end
