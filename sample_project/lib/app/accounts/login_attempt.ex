defmodule App.Accounts.LoginAttempt do
  use Ecto.Schema
  import Ecto.Changeset

  # An append-only log without a key.
  @primary_key false
  schema "login_attempts" do
    belongs_to :user, App.Accounts.User
    field :email, :string
    field :ip, Legacy.Types.Inet
    field :user_agent, :string
    field :succeeded, :boolean, default: false
    field :attempted_at, :utc_datetime_usec, autogenerate: {DateTime, :utc_now, []}
  end

  def changeset(attempt \\ %__MODULE__{}, attrs) do
    attempt
    |> cast(attrs, [:user_id, :email, :ip, :user_agent, :succeeded])
    |> validate_required([:email, :ip, :succeeded])
    |> foreign_key_constraint(:user_id)
  end
end
