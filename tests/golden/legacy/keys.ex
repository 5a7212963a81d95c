defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.First
    resource App.Core.Given
    resource App.Core.Keyless
    resource App.Core.Plain
    resource App.Core.Prefixed
    resource App.Core.Returned
    resource App.Core.Seen
    resource App.Core.Seven
    resource App.Core.Ulid
  end
end

defmodule App.Core.First do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "firsts"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    uuid_primary_key :id
  end
end

defmodule App.Core.Given do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "given"
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
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Core.Keyless do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "keyless"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :seq, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
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
    uuid_primary_key :id

    attribute :token, :uuid do
      allow_nil? false
      sensitive? true
      default &Ash.UUID.generate/0
    end

    attribute :mark, :string do
      allow_nil? false
      public? true
      default &App.Mark.make/0
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Core.Prefixed do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "prefixed"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints max_length: 40, trim?: false, allow_empty?: true
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Core.Returned do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "returned"
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
  end
end

defmodule App.Core.Seen do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "seen"
    repo App.Repo
    migrate? false
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read]
  end

  attributes do
    attribute :id, :uuid do
      public? true
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Core.Seven do
  use Ash.Resource,
    domain: App.Core,
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
      writable? false
      default &Ash.UUIDv7.generate/0
    end

    attribute :other, :uuid do
      public? true
      default &Ash.UUIDv7.generate/0
    end
  end
end

defmodule App.Core.Ulid do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "ulids"
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
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

# key-chosen keyless: It has no primary key; the key of its Ecto schema serves as Ash's: seq.
# legacy-custom-type prefixed.id: The Ecto schema reads it by App.PrefixedId (lib/app.ex:58); the attribute id holds what the column does.
# legacy-generator prefixed.id: The legacy code makes its value by App.PrefixedId (lib/app.ex:58), which Ash is not told of: a create has to give it.
# legacy-custom-type ulids.id: The Ecto schema reads it by Ecto.ULID (lib/app.ex:49); the attribute id holds what the column does.
# legacy-generator ulids.id: The legacy code makes its value by Ecto.ULID (lib/app.ex:49), which Ash is not told of: a create has to give it.
