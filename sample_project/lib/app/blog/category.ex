defmodule App.Blog.Category do
  use Ash.Resource,
    domain: App.Blog,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Blog.Category.Actions]

  postgres do
    table "categories"
    repo App.Repo
    migrate? false

    identity_index_names slug: "index_categories_on_slug"

    foreign_key_names [{:posts, "fk_rails_9b1b26f040", "are still in it"}]
  end

  actions do
    defaults [:read, :destroy]
  end

  attributes do
    attribute :id, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
      generated? true
      writable? false
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :slug, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :position, :integer do
      allow_nil? false
      public? true
      default 0
    end

    attribute :boost, :float do
      allow_nil? false
      public? true
      default 1.0
    end

    create_timestamp :created_at do
      type App.Types.NaiveDatetimeUsec
      public? true
    end

    update_timestamp :updated_at do
      type App.Types.NaiveDatetimeUsec
      public? true
    end
  end

  relationships do
    has_many :posts, App.Blog.Post do
      public? true
    end
  end

  identities do
    identity :slug, [:slug]
  end
end
