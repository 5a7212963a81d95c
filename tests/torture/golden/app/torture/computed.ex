defmodule App.Torture.Computed do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "computed"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
      generated? true
      writable? false
    end

    attribute :price, :decimal do
      allow_nil? false
      public? true
    end

    attribute :quantity, :integer do
      allow_nil? false
      public? true
    end

    attribute :total, :decimal do
      public? true
      generated? true
      writable? false
    end

    attribute :label, :string do
      public? true
      generated? true
      writable? false
      constraints trim?: false, allow_empty?: true
    end
  end
end
