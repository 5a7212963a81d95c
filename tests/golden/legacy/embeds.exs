defmodule App.Level do
  use Ecto.Type

  def type, do: :integer
  def embed_as(_format), do: :dump
  def cast(level) when level in [:low, :high], do: {:ok, level}
  def cast(_other), do: :error
  def load(number), do: {:ok, if(number == 1, do: :low, else: :high)}
  def dump(level), do: {:ok, if(level == :low, do: 1, else: 2)}
end

defmodule App.Point do
  use Ecto.Schema

  @primary_key false
  embedded_schema do
    field :lat, :float
    field :lng, :float, default: 0.0
  end
end

defmodule App.Address do
  use Ecto.Schema

  embedded_schema do
    field :street, :string, default: "none"
    field :zip, :integer, source: :zipCode
    field :price, :decimal, default: Decimal.new("1.50")
    field :since, :date
    field :seen_at, :utc_datetime_usec
    field :local, :naive_datetime_usec
    field :opens, :time
    field :open, :boolean, default: false
    field :kind, Ecto.Enum, values: [:shop, :depot], default: :shop
    field :rank, Ecto.Enum, values: [low: 1, high: 2], embed_as: :dumped
    field :level, App.Level
    field :owner, Ecto.UUID
    field :more, :map
    field :any, :any
    field :blob, :binary
    field :labels, {:array, :string}, default: []
    field :counts, {:map, :integer}
    field :pin, :string, redact: true
    field :shown, :string, virtual: true
    embeds_one :point, App.Point
    embeds_many :doors, App.Point
    timestamps()
  end
end

defmodule App.Hour do
  use Ecto.Schema

  @primary_key {:day, :string, []}
  embedded_schema do
    field :opens, :time
  end
end

defmodule App.Node do
  use Ecto.Schema

  embedded_schema do
    field :name, :string
    embeds_many :children, App.Node
  end
end

defmodule App.Odd do
  use Ecto.Schema

  embedded_schema do
    field :made, :string, autogenerate: {App.Odd, :make, []}
  end
end

defmodule App.Shop do
  use Ecto.Schema

  schema "shops" do
    embeds_one :address, App.Address
    embeds_many :hours, App.Hour
    embeds_many :branches, App.Point

    embeds_one :settings, Settings, primary_key: false do
      field :theme, :string
    end

    embeds_many :notes, Note do
      field :text, :string
      timestamps(type: :utc_datetime, updated_at: false)
    end

    embeds_one :kept, App.Point
    embeds_one :plain, App.Point
    embeds_one :odd, App.Odd
    embeds_one :tree, App.Node
    embeds_one :elsewhere, Other.Thing
  end
end
