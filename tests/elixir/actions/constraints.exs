# table teams: id :uuid!
# table members: id :uuid!, email :string!, team_id :uuid, boss_id :uuid
# writes changeset: create
defmodule Legacy.Accounts.Team do
  use Ecto.Schema

  schema "teams" do
  end
end

defmodule Legacy.Accounts.Member do
  use Ecto.Schema
  import Ecto.Changeset

  schema "members" do
    field :email, :string
    belongs_to :team, Legacy.Accounts.Team
    belongs_to :boss, Legacy.Accounts.Member
  end

  def changeset(user, attrs) do
    user
    |> cast(attrs, [:email, :team_id, :boss_id])
    |> unique_constraint(:email)
    |> unique_constraint([:email, :team_id], name: "team_id_email_index", match: :suffix)
    |> check_constraint(:email, name: :email_has_at, message: "needs an @")
    |> foreign_key_constraint(:team_id, message: "has gone")
    |> assoc_constraint(:boss)
    |> check_constraint(:email, name: :of_no_table)
  end
end
