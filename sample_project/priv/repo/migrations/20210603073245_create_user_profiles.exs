defmodule App.Repo.Migrations.CreateUserProfiles do
  use Ecto.Migration

  def change do
    create table(:user_profiles, primary_key: false) do
      add :user_id, references(:users, on_delete: :delete_all), primary_key: true
      add :display_name, :string, size: 80, null: false, default: ""
      add :bio, :text
      add :born_on, :date
      add :time_zone, :string, size: 64, null: false, default: "Etc/UTC"
      add :digest_at, :time
      add :avatar_thumb, :binary
      add :links, :map, null: false, default: fragment("'[]'")
      timestamps(type: :utc_datetime)
    end
  end
end
