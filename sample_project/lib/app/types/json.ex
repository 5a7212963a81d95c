defmodule App.Types.Json do
  @moduledoc "Any JSON value: objects, lists and scalars."
  use Ash.Type

  @impl true
  def storage_type(_constraints), do: :jsonb

  @impl true
  def matches_type?(_value, _constraints), do: true

  @impl true
  def cast_input(value, _constraints), do: {:ok, value}

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
    text = StreamData.string(:alphanumeric)
    StreamData.one_of([text, StreamData.list_of(text), StreamData.map_of(text, text)])
  end
end
