defmodule App.Torture.VirtualColumn do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "virtual_columns"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :a, :integer do
      allow_nil? false
      public? true
    end

    attribute :twice, :integer do
      public? true
      generated? true
      writable? false
    end

    attribute :thrice, :integer do
      public? true
      generated? true
      writable? false
    end
  end
end
