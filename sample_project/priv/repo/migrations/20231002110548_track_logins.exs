defmodule App.Repo.Migrations.TrackLogins do
  use Ecto.Migration

  def change do
    alter table(:users) do
      add :handle, :string, size: 39
      add :role, :string, size: 20, null: false, default: "member"
      add :last_sign_in_at, :timestamptz
      add :last_sign_in_ip, :inet
    end

    create unique_index(:users, ["lower(handle)"], name: :users_lower_handle_index)

    create constraint(:users, :users_role_check, check: "role IN ('member', 'editor', 'admin')")

    create table(:login_attempts, primary_key: false) do
      add :user_id, references(:users, on_delete: :nilify_all)
      add :email, :citext, null: false
      add :ip, :inet, null: false
      add :user_agent, :text
      add :succeeded, :boolean, null: false, default: false
      add :attempted_at, :timestamptz, null: false, default: fragment("now()")
    end

    create index(:login_attempts, [:email, :attempted_at])
    create index(:login_attempts, [:user_id])
  end
end
