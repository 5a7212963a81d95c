# table users: id :uuid!, name :string, email :string
# writes create_changeset: create update, update_changeset: update, leave: update
defmodule Legacy.Accounts.User do
  use Ecto.Schema
  import Ecto.Changeset

  schema "users" do
    field :name, :string
    field :email, :string
  end

  def create_changeset(user, attrs), do: cast(user, attrs, [:name, :email])
  def update_changeset(user, attrs), do: cast(user, attrs, [:name])

  # An action of it would do nothing.
  def leave(user), do: user |> change() |> put_assoc(:team, nil) |> unique_constraint(:email)
end
