# table users: id :uuid!, name :string, email :string, password_hash :string, invite :string
# writes changeset: update, invite_changeset: create
defmodule Legacy.Accounts.User do
  use Ecto.Schema
  import Ecto.Changeset

  schema "users" do
    field :name, :string
    field :email, :string
    field :password_hash, :string
    field :invite, :string
    field :current_password, :string, virtual: true
    field :terms, :boolean, virtual: true
  end

  # Nothing casts the password, and a step reads it.
  def changeset(user, attrs) do
    user
    |> cast(attrs, [:name, :email])
    |> check_password(user, attrs)
  end

  defp check_password(changeset, user, %{"current_password" => given, "name" => _}) do
    if Legacy.Hash.valid?(given, user.password_hash),
      do: changeset,
      else: add_error(changeset, :current_password, "is wrong")
  end

  defp check_password(changeset, _, _), do: changeset

  def invite_changeset(user, attrs) do
    user
    |> cast(attrs, [:email, :terms])
    |> put_change(:name, attrs["nick"] || attrs[:imported_name])
    |> validate_invite()
  end

  defp validate_invite(%{params: params} = changeset) do
    case params do
      %{"invite" => code, "api_token" => _} -> put_change(changeset, :invite, code)
      _ -> add_error(changeset, :invite, "is missing")
    end
  end
end
