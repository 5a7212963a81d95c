defmodule App.Core.Region do
  def first, do: "eu"
end

defmodule App.Core.Cart do
  use Ecto.Schema

  @zone "UTC"
  @states [:open, :closed]
  @timestamps_opts [autogenerate: {App.Core.Clock, :now, []}]

  schema "carts" do
    field :state, Ecto.Enum, values: @states, default: hd(@states)
    field :rank, Ecto.Enum, values: [low: 1, high: 2], default: :high
    field :currency, :string, default: "EUR"
    field :items_count, :integer, default: 0
    field :ratio, :float, default: 1.0
    field :total, :decimal, default: Decimal.new("0.00")
    field :settings, :map, default: %{}
    field :theme, :map, default: %{"sizes" => [1, 2], dark: true}
    field :tags, {:array, :string}, default: ["new", "hot"]
    field :moods, {:array, Ecto.Enum}, values: [:glad, :sad], default: []
    field :mood, :string, default: "glad"
    field :active, :boolean, default: true
    field :opens_on, :date, default: ~D[2020-01-31]
    field :opens_at, :time, default: ~T[08:00:00]
    field :since, :utc_datetime, default: ~U[2020-01-31 00:00:00Z]
    field :zone, :string, default: @zone
    field :page_size, :integer, default: 5 * 10
    field :token, :string, autogenerate: {App.Core.Token, :make, [32]}
    field :reference, Ecto.UUID, autogenerate: {Ecto.UUID, :generate, []}
    field :code, :string, autogenerate: {App.Core.Token, :code, []}
    field :owner, :string, default: Application.compile_env(:app, :owner)
    field :region, :string, default: App.Core.Region.first()
    field :box, App.Core.Box, default: "a"
    field :draft, :string, virtual: true, default: "x"
    timestamps()
  end
end

defmodule App.Core.Equal do
  use Ecto.Schema

  schema "equals" do
    field :word, :string, default: "open"
    field :number, :decimal, default: Decimal.new("1.5")
    field :whole, :integer, default: 0
    field :data, :map, default: %{a: 2, b: [1]}
    field :empty, :map, default: %{}
    field :tags, {:array, :string}, default: ["a", "b"]
    field :day, :date, default: ~D[2020-01-31]
    field :at, :utc_datetime, default: ~U[2020-01-31 00:00:00Z]
    field :flag, :boolean, default: false
  end
end

defmodule App.Core.Other do
  use Ecto.Schema

  schema "others" do
    field :score, :integer, default: 10
    field :state, Ecto.Enum, values: [:new, :old], default: :old
    field :made_at, :utc_datetime, default: ~U[2020-01-31 00:00:00Z]
    field :data, :map, default: %{"a" => 2}
    field :empty, :string, default: nil
  end
end
