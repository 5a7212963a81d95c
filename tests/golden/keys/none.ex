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

    # logs_lower: lower((entry)::text)
    unique_index_names [{[:entry], "logs_lower"}]
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read, create: :*]
  end

  attributes do
    attribute :at, :utc_datetime_usec do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :entry, App.Types.Json do
      public? true
    end
  end
end

# no-primary-key logs: It has no primary key: rows can't be updated or destroyed.
