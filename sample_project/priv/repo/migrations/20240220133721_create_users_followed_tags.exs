defmodule App.Repo.Migrations.CreateUsersFollowedTags do
  use Ecto.Migration

  def change do
    create table(:users_followed_tags, primary_key: false) do
      add :user_id, references(:users, on_delete: :delete_all), null: false
      add :tag_id, references(:tags, on_delete: :delete_all), null: false
    end

    create unique_index(:users_followed_tags, [:user_id, :tag_id])
    create index(:users_followed_tags, [:tag_id])
  end
end
