defmodule App.Plain do
  use Ecto.Schema

  @primary_key {:id, :binary_id, autogenerate: true}
  schema "plain" do
    field :token, Ecto.UUID, autogenerate: true
    field :mark, :string, autogenerate: {App.Mark, :make, []}
  end
end

defmodule App.Seven do
  use Ecto.Schema

  @primary_key {:id, Ecto.UUID, autogenerate: [version: 7]}
  schema "sevens" do
    field :other, Ecto.UUID, autogenerate: [version: 7]
  end
end

defmodule App.First do
  use Ecto.Schema

  @primary_key {:id, :binary_id, autogenerate: true}
  schema "firsts" do
  end
end

defmodule App.Returned do
  use Ecto.Schema

  @primary_key {:id, :binary_id, read_after_writes: true}
  schema "returned" do
  end
end

defmodule App.Given do
  use Ecto.Schema

  @primary_key {:id, :binary_id, autogenerate: false}
  schema "given" do
    field :name, :string
  end
end

defmodule App.Ulid do
  use Ecto.Schema

  @primary_key {:id, Ecto.ULID, autogenerate: true}
  schema "ulids" do
    field :name, :string
  end
end

defmodule App.Prefixed do
  use Ecto.Schema

  @primary_key {:id, App.PrefixedId, prefix: "app", autogenerate: true}
  schema "prefixed" do
    field :name, :string
  end
end

defmodule App.Keyless do
  use Ecto.Schema

  @primary_key {:seq, :integer, []}
  schema "keyless" do
    field :name, :string
  end
end

defmodule App.Seen do
  use Ecto.Schema

  @primary_key {:id, :binary_id, autogenerate: false}
  schema "seen" do
    field :name, :string
  end
end
