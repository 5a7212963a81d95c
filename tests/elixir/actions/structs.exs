# table users: id :uuid!, name :string, email :string, team_id :uuid
# writes build: create, invite: create
defmodule Legacy.Accounts.User do
  use Ecto.Schema
  import Ecto.Changeset

  schema "users" do
    field :name, :string
    field :email, :string
    field :team_id, :binary_id
  end

  # Ecto checks no name here: that of a struct is no change.
  def build(team) do
    %__MODULE__{name: team.name, team_id: team.id}
    |> change(%{})
    |> update_change(:name, &String.downcase/1)
    |> validate_length(:name, min: 3)
  end

  def invite(team, attrs) do
    %__MODULE__{team_id: team.id}
    |> cast(attrs, [:email])
    |> validate_required([:email, :team_id])
    |> validate_length(:email, max: 160)
  end
end
