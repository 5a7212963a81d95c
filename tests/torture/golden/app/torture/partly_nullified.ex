defmodule App.Torture.PartlyNullified do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "partly_nullified"
    repo App.Repo
    migrate? false

    references do
      reference :composite_key do
        name "partly_nullified_key"
        on_delete {:nilify, [:number]}
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :tenant_id, App.Types.Int4 do
      allow_nil? false
      public? true
    end

    attribute :number, App.Types.Int4 do
      public? true
    end
  end

  relationships do
    belongs_to :composite_key, App.Torture.CompositeKey do
      source_attribute :number
      destination_attribute :number
      define_attribute? false
      filter expr(tenant_id == parent(tenant_id))
      public? true
    end
  end
end
