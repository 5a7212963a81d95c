defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Log
  end
end

defmodule App.Core.Log do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "logs"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :day, :date do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :number, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :entry, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
