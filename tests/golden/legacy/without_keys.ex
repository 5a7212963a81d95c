defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Note
    resource App.Core.Post
    resource App.Core.PostTag
    resource App.Core.Recent
    resource App.Core.Tag
    resource App.Core.User
  end
end

defmodule App.Core.Note do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "notes"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :user_id, :integer do
      public? true
    end
  end
end

defmodule App.Core.Post do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "posts"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :writer_id, :integer do
      public? true
    end

    attribute :editor_id, :integer do
      public? true
    end

    attribute :subject_id, :integer do
      public? true
    end

    attribute :code, App.Types.Int4 do
      public? true
    end

    attribute :title, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :writer, App.Core.User do
      define_attribute? false
      public? true
    end

    belongs_to :checker, App.Core.User do
      source_attribute :editor_id
      define_attribute? false
      public? true
    end

    many_to_many :tags, App.Core.Tag do
      through App.Core.PostTag
      public? true
    end
  end
end

defmodule App.Core.PostTag do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "posts_tags"
    repo App.Repo
    migrate? false

    identity_index_names post_id_tag_id: "posts_tags_post_id_tag_id_key"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :post_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :tag_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end
  end

  identities do
    identity :post_id_tag_id, [:post_id, :tag_id]
  end
end

defmodule App.Core.Recent do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "recent"
    repo App.Repo
    migrate? false
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read]
  end

  attributes do
    attribute :id, :integer do
      public? true
    end

    attribute :writer_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :writer, App.Core.User do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Tag do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "tags"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    many_to_many :posts, App.Core.Post do
      through App.Core.PostTag
      public? true
    end
  end
end

defmodule App.Core.User do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :code, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :notes, App.Core.Note do
      public? true
    end

    has_many :articles, App.Core.Post do
      destination_attribute :writer_id
      public? true
    end
  end
end

# no-relationship posts: The association from code to users gives no relationship: code and code have types that Ash can't compare.
# key-chosen posts_tags: It has no primary key; the unique index posts_tags_post_id_tag_id_key serves as Ash's.
