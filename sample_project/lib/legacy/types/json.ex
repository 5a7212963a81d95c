defmodule Legacy.Types.Json do
  @moduledoc "Whatever JSON a provider sends: objects, lists, scalars."
  use Ecto.Type

  @impl true
  def type, do: :jsonb

  @impl true
  def cast(value), do: {:ok, value}

  @impl true
  def load(value), do: {:ok, value}

  @impl true
  def dump(value), do: {:ok, value}
end
