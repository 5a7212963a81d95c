defmodule Shop.Sales.User do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  alias Shop.Sales.Org

  postgres do
    table "users"
    repo Shop.Repo

    references do
      reference :org, on_delete: :delete
    end

    custom_indexes do
      index [:role], name: "users_by_role"
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]

    create :invite do
      accept [:email]
      argument :org, :map
      upsert? true
      upsert_identity :unique_email
      change manage_relationship(:org, type: :create)
    end
  end

  preparations do
    prepare build(sort: [:email])
  end

  attributes do
    uuid_primary_key :id

    attribute :email, :ci_string do
      allow_nil? false
      public? true
      description "Where the tickets go."
    end

    attribute :display_name, :string, public?: true, default: "", filterable?: false

    attribute :role, :atom do
      allow_nil? false
      default :member
      public? true
      constraints one_of: [:member, :seller, :owner]
    end

    create_timestamp :inserted_at, public?: true
    update_timestamp :updated_at
  end

  relationships do
    belongs_to :org, Org do
      allow_nil? false
      public? true
      attribute_writable? true
    end

    belongs_to :invited_by, __MODULE__, attribute_public?: false

    has_many :invited, __MODULE__, destination_attribute: :invited_by_id
    has_many :notes, Shop.Sales.Note, destination_attribute: :author_id
    has_many :orders, Shop.Sales.Order, destination_attribute: :buyer_id
    has_many :tickets, Shop.Sales.Ticket, destination_attribute: :holder_id
  end

  identities do
    identity :unique_email, [:email] do
      message "has been invited already"
      pre_check_with Shop.Sales
    end
  end
end
