defmodule App.Torture.CompositeKey do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "composite_keys"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:number, "invoices_composite", "would leave records behind"},
      {:tenant_id, "invoices_swapped", "would leave records behind"},
      {:number, "partly_nullified_key", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :tenant_id, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :number, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :composite_key_invoices, App.Torture.Invoice do
      source_attribute :number
      destination_attribute :number
      filter expr(tenant == parent(tenant_id))
      public? true
    end

    has_many :swapped_tenant_composite_key_invoices, App.Torture.Invoice do
      source_attribute :tenant_id
      destination_attribute :swapped_tenant
      filter expr(swapped_number == parent(number))
      public? true
    end

    has_many :partly_nullifieds, App.Torture.PartlyNullified do
      source_attribute :number
      destination_attribute :number
      filter expr(tenant_id == parent(tenant_id))
      public? true
    end
  end
end
