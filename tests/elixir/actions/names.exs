# table users: id :uuid!, name :string!, role :string
# writes changeset: both create update, create_changeset: create, role_changeset: create update, changeset_for_invite: create, promote: update, read_changeset: update, unused_changeset: none, other: create, update_name_changeset: update
defmodule Legacy.Accounts.User do
  use Ecto.Schema
  import Ecto.Changeset

  schema "users" do
    field :name, :string
    field :role, :string
  end

  def changeset(user, attrs), do: cast(user, attrs, [:name])
  def create_changeset(user, attrs), do: cast(user, attrs, [:name, :role])
  def role_changeset(user, attrs), do: cast(user, attrs, [:role])
  def changeset_for_invite(user, attrs), do: cast(user, attrs, [:name])
  def promote(user, attrs), do: cast(user, attrs, [:role])
  def read_changeset(user, attrs), do: cast(user, attrs, [:role])
  def unused_changeset(user, attrs), do: cast(user, attrs, [:role])
  def update_name_changeset(user, attrs), do: cast(user, attrs, [:name])
end
