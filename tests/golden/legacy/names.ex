defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Like
    resource App.Core.Post
    resource App.Core.Profile
    resource App.Core.Tag
    resource App.Core.Tagging
    resource App.Core.User
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
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :user_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :post_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :weight, :integer do
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :user, App.Core.User do
      define_attribute? false
      public? true
    end

    belongs_to :post, App.Core.Post do
      define_attribute? false
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

    foreign_key_names [
      {:id, "likes_post_id_fkey", "would leave records behind"},
      {:id, "posts_tags_post_id_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :author_id, :integer do
      public? true
    end

    attribute :reviewer_id, :integer do
      public? true
    end

    attribute :parent_id, :integer do
      public? true
    end

    attribute :title, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :writer, App.Core.User do
      source_attribute :author_id
      define_attribute? false
      public? true
    end

    belongs_to :reviewer, App.Core.User do
      define_attribute? false
      public? true
    end

    belongs_to :parent, App.Core.Post do
      define_attribute? false
      public? true
    end

    has_many :likes, App.Core.Like do
      public? true
    end

    has_many :replies, App.Core.Post do
      destination_attribute :parent_id
      public? true
    end

    has_many :taggings, App.Core.Tagging do
      public? true
    end

    many_to_many :labels, App.Core.Tag do
      through App.Core.Tagging
      join_relationship :taggings
      public? true
    end

    many_to_many :fans, App.Core.User do
      through App.Core.Like
      join_relationship :likes
      public? true
    end
  end
end

defmodule App.Core.Profile do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "profiles"
    repo App.Repo
    migrate? false

    identity_index_names user_id: "profiles_user_id_key"
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

  relationships do
    belongs_to :owner, App.Core.User do
      source_attribute :user_id
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :user_id, [:user_id]
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

    foreign_key_names [{:id, "posts_tags_tag_id_fkey", "are still associated with this entry"}]
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
      through App.Core.Tagging
      public? true
    end
  end
end

defmodule App.Core.Tagging do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "posts_tags"
    repo App.Repo
    migrate? false
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

defmodule App.Core.User do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    repo App.Repo
    migrate? false

    identity_index_names login: "users_email_key"

    foreign_key_names [
      {:id, "likes_user_id_fkey", "would leave records behind"},
      {:id, "posts_author_id_fkey", "would leave records behind"},
      {:id, "posts_reviewer_id_fkey", "would leave records behind"},
      {:id, "profiles_user_id_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :login, :string do
      source :email
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :password, :string do
      source :passWord
      sensitive? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :note, :string do
      sensitive? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :fragment_, :string do
      source :fragment
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :handle, :string do
      source :nick
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :likes, App.Core.Like do
      public? true
    end

    has_many :articles, App.Core.Post do
      destination_attribute :author_id
      public? true
    end

    has_many :reviews, App.Core.Post do
      destination_attribute :reviewer_id
      public? true
    end

    has_one :profile, App.Core.Profile do
      public? true
    end

    many_to_many :liked, App.Core.Post do
      through App.Core.Like
      join_relationship :likes
      public? true
    end
  end

  identities do
    identity :login, [:login]
  end
end

# no-relationship users: The Ecto schema's has_many popular_posts (lib/app.ex:10) is over only some rows, by a condition that has no form in the attribute's type.
