defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Invoice
    resource App.Core.Item
  end
end

defmodule App.Core.Invoice do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "invoices"
    repo App.Repo
    migrate? false

    foreign_key_names [{:year, "item_invoice", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :year, App.Types.Int2 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :number, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end
  end

  relationships do
    has_many :items, App.Core.Item do
      source_attribute :year
      destination_attribute :invoice_year
      filter expr(invoice_number == parent(number))
      public? true
    end
  end
end

defmodule App.Core.Item do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "items"
    repo App.Repo
    migrate? false

    references do
      reference :invoice do
        name "item_invoice"
        on_update :update
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :invoice_number, App.Types.Int4 do
      allow_nil? false
      public? true
    end

    attribute :invoice_year, App.Types.Int2 do
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :invoice, App.Core.Invoice do
      source_attribute :invoice_year
      destination_attribute :year
      define_attribute? false
      filter expr(number == parent(invoice_number))
      public? true
    end
  end
end
