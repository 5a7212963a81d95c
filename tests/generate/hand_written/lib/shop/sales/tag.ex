defmodule Shop.Sales.Tag do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  postgres do
    table "tags"
    repo Shop.Repo
  end

  attributes do
    uuid_primary_key :id
    attribute :name, :string, allow_nil?: false
  end

  relationships do
    many_to_many :events, Shop.Sales.Event do
      through Shop.Sales.EventTag
      source_attribute_on_join_resource :tag_id
      destination_attribute_on_join_resource :event_id
    end
  end
end
