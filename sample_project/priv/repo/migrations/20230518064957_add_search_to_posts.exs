defmodule App.Repo.Migrations.AddSearchToPosts do
  use Ecto.Migration

  def change do
    alter table(:posts) do
      add :reading_minutes, :integer,
        generated: "ALWAYS AS (greatest(1, (length(body) + 999) / 1000)) STORED"

      add :search, :tsvector,
        generated: "ALWAYS AS (to_tsvector('english', title || ' ' || body)) STORED"
    end

    create index(:posts, [:search], using: :gin)

    create unique_index(:posts, [:category_id],
             where: "featured",
             name: :posts_one_featured_per_category_index
           )
  end
end
