# table users: id :uuid!, login=name :string!, mail=email :string
# writes changeset: create, silent_changeset: update
defmodule Legacy.Accounts.User do
  use Ecto.Schema
  import Ecto.Changeset

  schema "users" do
    field :name, :string
    field :email, :string
  end

  def changeset(user, attrs) do
    user
    |> cast(attrs, [:name, :email])
    |> validate_required([:name])
    |> put_change(:email, "none")
    |> update_change(:name, &String.trim/1)
  end

  def silent_changeset(user, name) do
    change(user, name: name)
  end
end
