defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Invoice
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

    unique_index_names [{[:number, :year], "invoice_key"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :year, App.Types.Int4 do
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
end
