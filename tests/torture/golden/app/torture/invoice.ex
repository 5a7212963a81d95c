defmodule App.Torture.Invoice do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "invoices"
    schema "billing"
    repo App.Repo
    migrate? false

    references do
      reference :composite_key do
        name "invoices_composite"
        match_type :full
      end

      reference :swapped_tenant_composite_key do
        name "invoices_swapped"
        on_delete :nilify
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :author_id, :integer do
      public? true
    end

    attribute :tenant, App.Types.Int4 do
      public? true
    end

    attribute :number, App.Types.Int4 do
      public? true
    end

    attribute :swapped_number, App.Types.Int4 do
      public? true
    end

    attribute :swapped_tenant, App.Types.Int4 do
      public? true
    end
  end

  relationships do
    belongs_to :author, App.Torture.Author do
      define_attribute? false
      public? true
    end

    belongs_to :composite_key, App.Torture.CompositeKey do
      source_attribute :number
      destination_attribute :number
      define_attribute? false
      filter expr(tenant_id == parent(tenant))
      public? true
    end

    belongs_to :swapped_tenant_composite_key, App.Torture.CompositeKey do
      source_attribute :swapped_tenant
      destination_attribute :tenant_id
      define_attribute? false
      filter expr(number == parent(swapped_number))
      public? true
    end
  end
end
