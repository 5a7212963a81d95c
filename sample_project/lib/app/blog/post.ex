defmodule App.Blog.Post do
  use Ash.Resource,
    domain: App.Blog,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Blog.Post.Actions]

  postgres do
    table "posts"
    repo App.Repo
    migrate? false

    identity_index_names category_id: "posts_one_featured_per_category_index"
    identity_wheres_to_sql category_id: "featured"
    unique_index_names [{[:featured], "posts_one_featured_per_category_index"}]

    foreign_key_names [{:id, "comments_parent_id_fkey", "are still associated with this entry"}]

    references do
      reference :category do
        name "fk_rails_9b1b26f040"
      end

      reference :reviewer do
        on_delete :nilify
      end
    end

    check_constraints do
      check_constraint :metadata, "posts_metadata_check" do
        message "is invalid"
      end

      check_constraint :published_at, "posts_published_check" do
        message "is invalid"
      end

      check_constraint :rating, "posts_rating_range" do
        message "is invalid"
      end

      check_constraint :status, "posts_status_check" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy]
  end

  attributes do
    uuid_primary_key :id

    attribute :author_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :reviewer_id, :integer do
      public? true
    end

    attribute :category_id, App.Types.Int4 do
      public? true
    end

    attribute :title, :string do
      allow_nil? false
      public? true
      constraints max_length: 255, trim?: false, allow_empty?: true
    end

    attribute :slug, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :body, :string do
      allow_nil? false
      public? true
      default ""
      constraints trim?: false, allow_empty?: true
    end

    attribute :status, App.Types.PostStatus do
      allow_nil? false
      public? true
      default :draft
    end

    attribute :featured, :boolean do
      allow_nil? false
      public? true
      default false
    end

    attribute :keywords, {:array, :string} do
      allow_nil? false
      public? true
      default []
      constraints nil_items?: true, items: [trim?: false, allow_empty?: true]
    end

    attribute :metadata, :map do
      allow_nil? false
      public? true
      default %{}
    end

    attribute :rating, App.Types.Numeric do
      public? true
      constraints min: Decimal.new("-99.9"), max: Decimal.new("99.9")
    end

    attribute :score, :float do
      allow_nil? false
      public? true
      default 0.0
    end

    attribute :published_at, AshPostgres.TimestamptzUsec do
      public? true
    end

    create_timestamp :inserted_at do
      public? true
    end

    update_timestamp :updated_at do
      public? true
    end

    attribute :reading_minutes, :integer do
      public? true
      generated? true
      writable? false
    end

    attribute :search, AshPostgres.Tsvector do
      public? true
      generated? true
      writable? false
    end
  end

  relationships do
    belongs_to :author, App.Accounts.Resources.User do
      define_attribute? false
      public? true
    end

    belongs_to :reviewer, App.Accounts.Resources.User do
      define_attribute? false
      public? true
    end

    belongs_to :category, App.Blog.Category do
      define_attribute? false
      public? true
    end

    has_many :comments, App.Blog.Comment do
      public? true
    end

    many_to_many :tags, App.Blog.Tag do
      through App.Blog.PostTag
      public? true
    end
  end

  identities do
    identity :slug, [:slug]

    identity :category_id, [:category_id] do
      where expr(featured)
    end
  end
end
