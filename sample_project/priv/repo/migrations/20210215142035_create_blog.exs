defmodule App.Repo.Migrations.CreateBlog do
  use Ecto.Migration

  def change do
    execute "CREATE TYPE comment_state AS ENUM ('visible', 'hidden', 'awaiting review')",
            "DROP TYPE comment_state"

    create table(:posts, primary_key: [name: :id, type: :binary_id]) do
      add :author_id, references(:users), null: false
      add :reviewer_id, references(:users, on_delete: :nilify_all)
      add :category_id, references(:categories, type: :integer, name: "fk_rails_9b1b26f040")
      add :title, :string, null: false
      add :slug, :text, null: false
      add :body, :text, null: false, default: ""
      add :status, :string, null: false, default: "draft"
      add :featured, :boolean, null: false, default: false
      add :keywords, {:array, :text}, null: false, default: []
      add :metadata, :map, null: false, default: %{}
      add :rating, :decimal, precision: 3, scale: 1
      add :score, :float, null: false, default: 0.0
      add :published_at, :timestamptz
      timestamps(type: :utc_datetime_usec)
    end

    create unique_index(:posts, [:slug])
    create index(:posts, [:author_id])
    create index(:posts, [:reviewer_id])
    create index(:posts, [:category_id])

    create constraint(:posts, :posts_status_check,
             check: "status IN ('draft', 'in_review', 'published')"
           )

    create constraint(:posts, :posts_published_check,
             check: "status <> 'published' OR published_at IS NOT NULL"
           )

    create constraint(:posts, :posts_rating_range, check: "rating >= 0 AND rating <= 10")
    create constraint(:posts, :posts_metadata_check, check: "jsonb_typeof(metadata) = 'object'")

    create table(:comments) do
      add :post_id, references(:posts, type: :binary_id, on_delete: :delete_all), null: false
      add :author_id, references(:users, on_delete: :nilify_all)
      add :parent_id, references(:comments)
      add :body, :text, null: false
      add :state, :comment_state, null: false, default: "visible"
      add :depth, :smallint, null: false, default: 0
      add :author_ip, :inet
      add :edited_at, :naive_datetime_usec
      timestamps()
    end

    create index(:comments, [:post_id, :inserted_at])
    create index(:comments, [:author_id])
    create index(:comments, [:parent_id])
    create constraint(:comments, :comments_depth_check, check: "depth BETWEEN 0 AND 8")

    create table(:tags) do
      add :name, :citext, null: false
      timestamps(type: :utc_datetime, updated_at: false)
    end

    create unique_index(:tags, [:name])

    create table(:posts_tags, primary_key: false) do
      add :post_id, references(:posts, type: :binary_id, on_delete: :delete_all),
        primary_key: true

      add :tag_id, references(:tags, on_delete: :delete_all), primary_key: true
    end

    create index(:posts_tags, [:tag_id])
  end
end
