defmodule Shop.Sales.Ticket do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  postgres do
    table "tickets"
    repo Shop.Repo

    identity_wheres_to_sql seat_of_event: "(NOT void)"

    references do
      reference :event, on_delete: :delete
      reference :holder, on_delete: :nilify
    end
  end

  actions do
    defaults [:read, create: :*]
  end

  changes do
    change set_attribute(:code, &Shop.Codes.draw/0), on: [:create]
  end

  attributes do
    uuid_primary_key :id
    attribute :code, :string, allow_nil?: false, writable?: false
    attribute :price_cents, :integer, allow_nil?: false, default: 0
    attribute :seat, :string
    attribute :void, :boolean, allow_nil?: false, default: false
    create_timestamp :inserted_at
  end

  relationships do
    belongs_to :event, Shop.Sales.Event do
      allow_nil? false
      attribute_writable? true
    end

    belongs_to :holder, Shop.Sales.User
    has_many :lines, Shop.Sales.OrderLine
  end

  identities do
    identity :unique_code, [:code]
    identity :seat_of_event, [:event_id, :seat], where: expr(not void)
  end
end
