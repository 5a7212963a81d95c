defmodule App.Torture.Amphibian do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "amphibians"
    repo App.Repo
    migrate? false
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read, create: :*]
  end

  attributes do
    attribute :id, :integer do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :doors, :integer do
      public? true
    end

    attribute :wheels, :integer do
      public? true
    end
  end
end
