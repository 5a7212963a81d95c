defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Post
    resource App.Core.User
    resource App.Core.UserToken
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

    attribute :user, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :user_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :user_user, App.Core.User do
      source_attribute :user_id
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

    foreign_key_names [
      {:id, "posts_user_id_fkey", "would leave records behind"},
      {:id, "users_tokens_user_id_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :posts, :integer do
      public? true
    end

    attribute :tokens, :string do
      sensitive? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :user_user_posts, App.Core.Post do
      public? true
    end

    has_many :user_tokens, App.Core.UserToken do
      public? true
    end
  end
end

defmodule App.Core.UserToken do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users_tokens"
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

  relationships do
    belongs_to :user, App.Core.User do
      define_attribute? false
      public? true
    end
  end
end
