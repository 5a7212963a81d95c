defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Counted
    resource App.Core.Named
    resource App.Core.User
  end
end

defmodule App.Core.Counted do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "counted"
    repo App.Repo
    migrate? false

    identity_index_names name: "counted_name"
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read]
  end

  attributes do
    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :number, :integer do
      public? true
    end
  end

  identities do
    identity :name, [:name]
  end
end

defmodule App.Core.Named do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "named"
    repo App.Repo
    migrate? false
  end

  resource do
    description "Who is who."
    require_primary_key? false
  end

  actions do
    defaults [:read]
  end

  attributes do
    attribute :id, :integer do
      public? true
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Core.User do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :password, :string do
      sensitive? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
