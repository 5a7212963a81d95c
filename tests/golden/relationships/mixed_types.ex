defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Line
    resource App.Core.Order
    resource App.Core.Post
    resource App.Core.User
  end
end

defmodule App.Core.Line do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "lines"
    repo App.Repo
    migrate? false
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

    attribute :order_code, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :order, App.Core.Order do
      source_attribute :order_code
      destination_attribute :code
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Order do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "orders"
    repo App.Repo
    migrate? false

    identity_index_names code: "orders_code_key"

    foreign_key_names [{:code, "lines_order_code_fkey", "would leave records behind"}]
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

    attribute :user_id, :integer do
      public? true
    end

    attribute :code, :string do
      public? true
      constraints max_length: 10, trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :user, App.Core.User do
      define_attribute? false
      public? true
    end

    has_many :lines, App.Core.Line do
      source_attribute :code
      destination_attribute :order_code
      public? true
    end
  end

  identities do
    identity :code, [:code]
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

    attribute :user_id, :integer do
      public? true
    end

    attribute :small_id, :integer do
      public? true
    end

    attribute :email, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :user, App.Core.User do
      define_attribute? false
      public? true
    end

    belongs_to :small, App.Core.User do
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

    identity_index_names email: "users_email_key"

    foreign_key_names [
      {:id, "orders_user_id_fkey", "would leave records behind"},
      {:id, "posts_small_id_fkey", "would leave records behind"},
      {:id, "posts_user_id_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :email, :ci_string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :orders, App.Core.Order do
      public? true
    end

    has_many :user_posts, App.Core.Post do
      public? true
    end

    has_many :small_posts, App.Core.Post do
      destination_attribute :small_id
      public? true
    end
  end

  identities do
    identity :email, [:email]
  end
end
