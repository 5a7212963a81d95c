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
    attribute :id, App.Types.PrefixedIdApp do
      primary_key? true
      allow_nil? false
      public? true
      writable? false
      default &App.Types.PrefixedIdApp.autogenerate/0
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
    attribute :id, App.Types.ULID do
      primary_key? true
      allow_nil? false
      public? true
      writable? false
      default &Ecto.ULID.autogenerate/0
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Types.PrefixedIdApp do
  @moduledoc "A PostgreSQL `varchar(40)` as the Ecto type `App.PrefixedId` has it."
  use Ash.Type

  @module App.PrefixedId
  @options [prefix: "app", field: :id, schema: App.Prefixed]
  @ecto Ecto.ParameterizedType.init(@module, @options)

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :text

  @impl true
  def cast_input(value, _constraints) do
    with {:error, reason} <- Ecto.Type.cast(@ecto, value),
         do: {:error, Keyword.put_new(reason, :message, "is invalid")}
  end

  @impl true
  def cast_stored(value, _constraints), do: Ecto.Type.load(@ecto, value)

  @impl true
  def dump_to_native(value, _constraints), do: Ecto.Type.dump(@ecto, value)

  @impl true
  def equal?(left, right), do: Ecto.Type.equal?(@ecto, left, right)

  @doc "A value that the Ecto type makes."
  def autogenerate, do: @module.autogenerate(@module.init(@options))
end

defmodule App.Types.ULID do
  @moduledoc "A PostgreSQL `uuid` as the Ecto type `Ecto.ULID` has it."
  use Ash.Type

  @ecto Ecto.ULID

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: Ecto.Type.type(@ecto)

  @impl true
  def cast_input(value, _constraints) do
    with {:error, reason} <- Ecto.Type.cast(@ecto, value),
         do: {:error, Keyword.put_new(reason, :message, "is invalid")}
  end

  @impl true
  def cast_stored(value, _constraints), do: Ecto.Type.load(@ecto, value)

  @impl true
  def dump_to_native(value, _constraints), do: Ecto.Type.dump(@ecto, value)
end

# key-chosen keyless: It has no primary key; the key of its Ecto schema serves as Ash's: seq.
