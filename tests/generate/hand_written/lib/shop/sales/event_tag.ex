defmodule Shop.Sales.EventTag do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  postgres do
    table "event_tags"
    repo Shop.Repo

    references do
      reference :event, on_delete: :delete
      reference :tag, on_delete: :delete
    end
  end

  relationships do
    belongs_to :event, Shop.Sales.Event, primary_key?: true, allow_nil?: false
    belongs_to :tag, Shop.Sales.Tag, primary_key?: true, allow_nil?: false
  end
end
