defmodule App.Torture.Seven do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "sevens"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, :uuid do
      primary_key? true
      allow_nil? false
      public? true
      generated? true
      writable? false
    end

    attribute :other, :uuid do
      public? true
      generated? true
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
