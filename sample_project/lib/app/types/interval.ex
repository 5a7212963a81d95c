defmodule App.Types.Interval do
  @moduledoc "A PostgreSQL `interval` as `Postgrex.Interval`. Casts a `Duration` and ISO 8601 text."
  use Ash.Type

  @impl true
  def storage_type(_constraints), do: :interval

  @impl true
  def matches_type?(%Postgrex.Interval{}, _constraints), do: true
  def matches_type?(_value, _constraints), do: false

  @impl true
  def cast_input(nil, _constraints), do: {:ok, nil}

  def cast_input(%Postgrex.Interval{months: months, days: days} = value, _constraints)
      when months in -2_147_483_648..2_147_483_647//1 and
             days in -2_147_483_648..2_147_483_647//1,
      do: {:ok, value}

  def cast_input(%Duration{microsecond: {microsecs, _precision}} = value, constraints) do
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    total = seconds * 1_000_000 + microsecs

    cast_input(
      %Postgrex.Interval{
        months: value.year * 12 + value.month,
        days: value.week * 7 + value.day,
        secs: div(total, 1_000_000),
        microsecs: rem(total, 1_000_000)
      },
      constraints
    )
  end

  def cast_input(value, constraints) when is_binary(value) do
    case Duration.from_iso8601(value) do
      {:ok, duration} -> cast_input(duration, constraints)
      {:error, _reason} -> {:error, "is not an ISO 8601 duration"}
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
    StreamData.map({StreamData.integer(), StreamData.integer()}, fn {months, secs} ->
      %Postgrex.Interval{months: months, secs: secs}
    end)
  end
end
