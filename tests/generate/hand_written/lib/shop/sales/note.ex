defmodule Shop.Sales.Note do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  postgres do
    table "notes"
    repo Shop.Repo

    references do
      reference :event, on_delete: :delete, name: "notes_event_id_fkey"
    end
  end

  attributes do
    uuid_primary_key :id
    attribute :text, :string, allow_nil?: false
    attribute :shape, :struct, constraints: [instance_of: Shop.Shape]

    attribute :choice, :union do
      constraints types: [number: [type: :integer], text: [type: :string]]
    end

    attribute :pair, :tuple, constraints: [fields: [a: [type: :integer], b: [type: :integer]]]
    create_timestamp :inserted_at, writable?: true
    update_timestamp :updated_at, writable?: true
  end

  relationships do
    belongs_to :event, Shop.Sales.Event
    belongs_to :author, Shop.Sales.User
  end
end
