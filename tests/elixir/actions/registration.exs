# table users: id :uuid!, name :string, email :string!, hashed_password :string, age :integer
# writes registration_changeset: create
defmodule Legacy.Accounts.User do
  use Ecto.Schema
  import Ecto.Changeset

  schema "users" do
    field :name, :string
    field :email, :string
    field :password, :string, virtual: true, redact: true
    field :hashed_password, :string
    field :age, :integer
  end

  def registration_changeset(user, attrs, opts \\ []) do
    user
    |> cast(attrs, [:name, :email, :password, :age, :unknown])
    |> trim_name()
    |> validate_required([:name, :email])
    |> validate_length(:name, max: 50)
    |> validate_format(:email, ~r/^[^\s]+@[^\s]+$/, message: "must have the @ sign and no spaces")
    |> validate_number(:age, greater_than: 17)
    |> validate_confirmation(:password)
    |> unique_constraint(:email)
    |> put_change(:role, "member")
    |> maybe_hash_password(opts)
    |> put_assoc(:team, opts[:team])
  end

  defp trim_name(changeset), do: update_change(changeset, :name, &String.trim/1)

  defp maybe_hash_password(changeset, opts) do
    password = get_change(changeset, :password)

    if Keyword.get(opts, :hash_password, true) && password do
      put_change(changeset, :hashed_password, Hash.of(password))
    else
      changeset
    end
  end
end
