defmodule App.Core.Team do
  use Ecto.Schema
  import Ecto.Changeset

  @taken "is a team already"

  schema "teams" do
    field :name, :string
    field :slug, :string, source: :Slug
    has_many :members, App.Core.Member
    has_one :invited, App.Core.Member, foreign_key: :invited_by
  end

  def changeset(team, attrs) do
    team
    |> cast(attrs, [:name, :slug])
    |> unique_constraint(:name, message: @taken)
    |> unique_constraint(:slug, message: dgettext("errors", "is somebody's"))
    |> no_assoc_constraint(:members, message: "are still in it")
    |> no_assoc_constraint(:invited, name: :fk_inviter)
  end

  def other_changeset(team, attrs) do
    team |> cast(attrs, [:name]) |> unique_constraint(:name, message: "is another's")
  end
end

defmodule App.Core.Member do
  use Ecto.Schema
  import Ecto.Changeset

  @primary_key false
  schema "members" do
    field :email, :string, primary_key: true
    field :handle, :string
    field :share, :decimal
    field :since, :integer
    field :until, :integer
    field :room, :integer
    belongs_to :team, App.Core.Team, primary_key: true
    belongs_to :inviter, App.Core.Team, foreign_key: :invited_by
  end

  def changeset(member, attrs) do
    member
    |> cast(attrs, [:email, :handle, :share, :since, :until, :room])
    |> unique_constraint([:team_id, :email], name: :members_pkey, error_key: :email)
    |> unique_constraint(:handle, name: "_lower_idx", match: :suffix, message: "is taken")
    |> unique_constraint([:room, :team_id], name: :one_per_room, message: "is full")
    |> unique_constraint([:email, :handle], error_key: :base, message: "is both taken")
    |> check_constraint(:share, name: :share_check, message: "is more than all")
    |> check_constraint(:until, name: ~r/^members_in_/, message: "ends before it starts")
    |> exclusion_constraint(:room, name: :members_room_excl, message: "is in use")
    |> foreign_key_constraint(:team_id, message: "is no team")
    |> assoc_constraint(:inviter, name: :fk_inviter, message: "is gone")
  end
end
