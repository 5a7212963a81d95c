defmodule App.UserRole do
  use Ecto.Schema

  schema "user_roles" do
    field :kind, Ecto.Enum, values: [:a]
  end
end

defmodule App.User do
  use Ecto.Schema

  schema "users" do
    field :role_kind, Ecto.Enum, values: [:b]
  end
end

defmodule App.Old.User do
  use Ecto.Schema

  @schema_prefix "old"
  schema "users" do
    field :role_kind, Ecto.Enum, values: [:c]
  end
end
