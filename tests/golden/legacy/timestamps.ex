defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Filled
    resource App.Core.Loose
    resource App.Core.Once
    resource App.Core.Plain
    resource App.Core.Usec
    resource App.Core.Zoned
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

    attribute :inserted_at, :utc_datetime_usec do
      allow_nil? false
      public? true
      generated? true
    end

    update_timestamp :updated_at do
      public? true
    end
  end
end

defmodule App.Core.Loose do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "loose"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    create_timestamp :inserted_at do
      allow_nil? true
      public? true
    end

    update_timestamp :updated_at do
      allow_nil? true
      public? true
    end
  end
end

defmodule App.Core.Once do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "once"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    create_timestamp :inserted_at do
      type :naive_datetime
      public? true
    end

    attribute :updated_at, :utc_datetime do
      allow_nil? false
      public? true
      generated? true
    end
  end
end

defmodule App.Core.Plain do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "plain"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    create_timestamp :created_on do
      type :naive_datetime
      public? true
    end

    update_timestamp :changed_on do
      type :naive_datetime
      public? true
    end
  end
end

defmodule App.Core.Usec do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "usec"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    create_timestamp :made_at do
      source :made
      type App.Types.NaiveDatetimeUsec
      public? true
    end

    update_timestamp :updated_at do
      type App.Types.NaiveDatetimeUsec
      public? true
    end
  end
end

defmodule App.Core.Zoned do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "zoned"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    create_timestamp :inserted_at do
      type AshPostgres.Timestamptz
      public? true
    end

    update_timestamp :updated_at do
      type AshPostgres.TimestamptzUsec
      public? true
    end
  end
end

# trigger filled: The trigger fill may change a row before insert: a record may not show what was stored.
