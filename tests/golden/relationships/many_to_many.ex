defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Like
    resource App.Core.Post
    resource App.Core.PostTag
    resource App.Core.Tag
  end
end

defmodule App.Core.Like do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "likes"
    repo App.Repo
    migrate? false

    identity_index_names post_id_tag_id: "likes_post_id_tag_id_key"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :post_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :tag_id, App.Types.Int4 do
      allow_nil? false
      public? true
    end

    attribute :weight, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :post, App.Core.Post do
      define_attribute? false
      public? true
    end

    belongs_to :tag, App.Core.Tag do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :post_id_tag_id, [:post_id, :tag_id]
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

    foreign_key_names [{:id, "likes_post_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id
  end

  relationships do
    has_many :likes, App.Core.Like do
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

    references do
      reference :post do
        on_delete :delete
      end

      reference :tag do
        on_delete :delete
      end
    end
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

    attribute :tag_id, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :post, App.Core.Post do
      define_attribute? false
      public? true
    end

    belongs_to :tag, App.Core.Tag do
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

    foreign_key_names [{:id, "likes_tag_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
      generated? true
      writable? false
    end
  end

  relationships do
    has_many :likes, App.Core.Like do
      public? true
    end

    many_to_many :posts, App.Core.Post do
      through App.Core.PostTag
      public? true
    end
  end
end
