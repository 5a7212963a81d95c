defmodule App.Visit do
  use Ecto.Schema

  schema "visits" do
    field :began, :naive_datetime_usec
    field :ended, :naive_datetime
    field :seen, :utc_datetime_usec
    field :noted, :utc_datetime
    field :pauses, {:array, :naive_datetime_usec}
    field :days, {:array, :naive_datetime}
    # No zone is what the column has, whatever the schema says.
    field :booked, :naive_datetime
    field :settings, :map
    field :old, {:map, :integer}
    embeds_one :place, App.Place
    embeds_many :stops, App.Place
    embeds_many :legs, App.Place
    # The default is no object.
    field :list, :map
    field :totals, {:array, :map}
    field :raw, App.AnyJson
    field :ip, App.Inet
    field :secret, :integer
  end
end
