defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Thing
  end
end

defmodule App.Core.Thing do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "things"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :price, App.Types.Money do
      allow_nil? false
      public? true
    end

    attribute :mood, :string do
      public? true
      generated? true
    end

    attribute :prices, {:array, App.Types.Money} do
      public? true
      constraints nil_items?: true
    end

    attribute :ratio, App.Types.Float do
      public? true
    end
  end
end

# column-unsupported things.doc: The column has no attribute: [types] says to leave it out.
