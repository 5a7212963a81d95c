defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Order
    resource App.Core.User
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

    references do
      reference :created_by_user do
        name "orders_createdBy_fkey"
      end

      reference :customer do
        name "orders_customerId_fkey"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :owner, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :created_by, :integer do
      source :createdBy
      public? true
    end

    attribute :customer_id, :integer do
      source :customerId
      public? true
    end
  end

  relationships do
    belongs_to :owner_user, App.Core.User do
      source_attribute :owner
      destination_attribute :login
      define_attribute? false
      public? true
    end

    belongs_to :created_by_user, App.Core.User do
      source_attribute :created_by
      define_attribute? false
      public? true
    end

    belongs_to :customer, App.Core.User do
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

    identity_index_names login: "users_login_key"

    foreign_key_names [
      {:id, "orders_createdBy_fkey", "would leave records behind"},
      {:id, "orders_customerId_fkey", "would leave records behind"},
      {:login, "orders_owner_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :login, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :owner_user_orders, App.Core.Order do
      source_attribute :login
      destination_attribute :owner
      public? true
    end

    has_many :created_by_user_orders, App.Core.Order do
      destination_attribute :created_by
      public? true
    end

    has_many :customer_orders, App.Core.Order do
      destination_attribute :customer_id
      public? true
    end
  end

  identities do
    identity :login, [:login]
  end
end
