defmodule App.Types.NaiveDatetimeUsec do
  @moduledoc "A `timestamp` as `NaiveDateTime`, with microseconds."
  use Ash.Type

  @impl true
  def storage_type(_constraints), do: :naive_datetime_usec

  @impl true
  def matches_type?(%NaiveDateTime{}, _constraints), do: true
  def matches_type?(_value, _constraints), do: false

  @impl true
  def cast_input(value, _constraints), do: Ecto.Type.cast(:naive_datetime_usec, value)

  @impl true
  def cast_stored(value, _constraints), do: Ecto.Type.load(:naive_datetime_usec, value)

  @impl true
  def dump_to_native(value, _constraints), do: Ecto.Type.dump(:naive_datetime_usec, value)

  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: cast_input(value, constraints)
  end

  @impl true
  def generator(_constraints) do
    StreamData.map(StreamData.integer(0..4_000_000_000), fn seconds ->
      NaiveDateTime.add(~N[1970-01-01 00:00:00.000000], seconds)
    end)
  end
end
