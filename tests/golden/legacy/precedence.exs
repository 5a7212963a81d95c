defmodule App.User do
  use Ecto.Schema

  schema "users" do
    field :name, :string
    field :login, :string, source: :email, redact: true
    field :role, Ecto.Enum, values: [:a, :b]
    field :level, Ecto.Enum, values: [low: "1", high: "2"]
    field :data, {:array, :map}
    field :seen, :naive_datetime_usec
  end
end
