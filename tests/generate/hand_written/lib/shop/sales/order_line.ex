defmodule Shop.Sales.OrderLine do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  postgres do
    table "order_lines"
    repo Shop.Repo

    references do
      reference :order, on_delete: :delete, index?: true
    end
  end

  actions do
    defaults [:read, create: [:quantity]]
  end

  attributes do
    uuid_v7_primary_key :id
    attribute :order_id, :uuid, allow_nil?: false
    attribute :quantity, :integer, default: 1, allow_nil?: false
  end

  relationships do
    belongs_to :order, Shop.Sales.Order, define_attribute?: false
    belongs_to :ticket, Shop.Sales.Ticket, allow_nil?: false, primary_key?: false
  end
end
