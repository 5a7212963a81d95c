defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Log
    resource App.Core.Person
  end
end

defmodule App.Core.Log do
  use App.LogResource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "logs"
    repo App.Repo
    migrate? false
  end

  attributes do
    integer_primary_key :id

    attribute :line, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Core.Person do
  use App.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer,
    extensions: [AshJsonApi.Resource]

  postgres do
    table "users"
    repo App.Repo
    migrate? false
  end

  resource do
    description "People."
  end

  actions do
    defaults [:read]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
