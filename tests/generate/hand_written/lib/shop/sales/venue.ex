defmodule Shop.Sales.Venue do
  use Ash.Resource,
    domain: Shop.Sales,
    data_layer: AshPostgres.DataLayer,
    extensions: [AshArchival.Resource]

  postgres do
    table("venues")
    repo(Shop.Repo)
    migration_defaults capacity: "0"

    custom_indexes do
      index [:capacity]
    end
  end

  archive do
    exclude_read_actions [:with_archived]
  end

  multitenancy do
    strategy :attribute
    attribute :org_id
  end

  actions do
    defaults [:create, :read, :update, :destroy]
    read :with_archived
  end

  attributes do
    integer_primary_key :id
    attribute :name, :string, allow_nil?: false
    attribute :address, Shop.Types.Address
    attribute :capacity, :integer, default: 0, allow_nil?: false, constraints: [min: 0]
    create_timestamp :inserted_at
  end

  relationships do
    belongs_to :org, Shop.Sales.Org, allow_nil?: false
    has_many :events, Shop.Sales.Event
  end

  identities do
    identity :name_in_org, [:name]
  end
end
