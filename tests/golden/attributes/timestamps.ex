defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Camel
    resource App.Core.Ecto
    resource App.Core.Filled
    resource App.Core.Other
    resource App.Core.Rail
    resource App.Core.Triggered
  end
end

defmodule App.Core.Camel do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "camel"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    create_timestamp :inserted_at do
      source :insertedAt
      public? true
    end

    update_timestamp :modified_at do
      source :modifiedAt
      public? true
    end
  end
end

defmodule App.Core.Ecto do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "ecto"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    create_timestamp :inserted_at do
      type :utc_datetime
      public? true
    end

    update_timestamp :updated_at do
      type :utc_datetime
      public? true
    end
  end
end

defmodule App.Core.Filled do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "filled"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :created_at, AshPostgres.TimestamptzUsec do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :updated_at, AshPostgres.TimestamptzUsec do
      allow_nil? false
      public? true
      generated? true
    end
  end
end

defmodule App.Core.Other do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "others"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :created_at, :date do
      public? true
    end

    attribute :updated_at, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :published_at, AshPostgres.TimestamptzUsec do
      public? true
    end
  end
end

defmodule App.Core.Rail do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "rails"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    create_timestamp :created_at do
      type AshPostgres.TimestamptzUsec
      allow_nil? true
      public? true
    end

    attribute :updated_at, AshPostgres.TimestamptzUsec do
      public? true
      writable? false
      update_default &DateTime.utc_now/0
    end
  end
end

defmodule App.Core.Triggered do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "triggered"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    create_timestamp :inserted_at do
      public? true
    end

    attribute :updated_at, :utc_datetime_usec do
      allow_nil? false
      public? true
      generated? true
    end
  end
end

# trigger triggered: The trigger touch may change a row before insert or update: a record may not show what was stored.
