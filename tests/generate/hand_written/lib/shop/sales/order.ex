defmodule Shop.Sales.Order do
  use Ash.Resource,
    domain: Shop.Sales,
    data_layer: AshPostgres.DataLayer,
    extensions: [AshCloak, AshArchival.Resource]

  postgres do
    table "orders"
    repo Shop.Repo
    base_filter_sql "archived_at IS NULL"
  end

  resource do
    base_filter expr(is_nil(archived_at))
  end

  cloak do
    vault Shop.Vault
    attributes [:card]
    decrypt_by_default []
  end

  actions do
    defaults [:read, create: :*]
  end

  attributes do
    uuid_primary_key :id
    attribute :number, :integer, allow_nil?: false, constraints: [min: 1]
    attribute :total, :decimal, constraints: [min: 0]
    attribute :card, :string, sensitive?: true
    attribute :notes, :string, constraints: [max_length: 2000, trim?: false]
    attribute :placed_at, AshPostgres.TimestamptzUsec, default: &DateTime.utc_now/0
  end

  relationships do
    belongs_to :buyer, Shop.Sales.User, allow_nil?: false
    has_many :lines, Shop.Sales.OrderLine, sort: [:quantity]
  end

  identities do
    identity :number, [:number]
  end
end
