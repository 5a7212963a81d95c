defmodule Shop.Sales.Token do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  postgres do
    table "tokens"
    repo Shop.Repo
  end

  attributes do
    attribute :id, :uuid, primary_key?: true, allow_nil?: false, default: &Ash.UUID.generate/0
    attribute :purpose, :string, allow_nil?: false, constraints: [allow_empty?: true]
    attribute :handler, :module
    attribute :payload, :term
    attribute :expires_at, :utc_datetime, allow_nil?: false
    attribute :extra, :map
  end
end
