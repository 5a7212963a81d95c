defmodule App.AshTypes.AppPrice do
  @moduledoc "A PostgreSQL `price` as the Ecto type `App.Price` has it."
  use Ash.Type

  @ecto App.Price

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :price

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

defmodule App.AshTypes.Counts do
  @moduledoc "A PostgreSQL `jsonb` as the Ecto type `App.Counts` has it."
  use Ash.Type

  @ecto App.Counts

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :jsonb

  @impl true
  def cast_input(value, _constraints) do
    with {:error, reason} <- Ecto.Type.cast(@ecto, value),
         do: {:error, Keyword.put_new(reason, :message, "is invalid")}
  end

  @impl true
  def cast_stored(value, _constraints), do: Ecto.Type.embedded_load(@ecto, value, :json)

  @impl true
  def dump_to_native(value, _constraints), do: Ecto.Type.embedded_dump(@ecto, value, :json)
end

defmodule App.AshTypes.EncryptedBinary do
  @moduledoc """
  A PostgreSQL `bytea` as the Ecto type `App.Encrypted.Binary` has it.

  What is stored differs from write to write, so that the database can't compare it: attributes of
  this type are `filterable? false` and `sortable? false`, and Ash refuses a filter on them.
  """
  use Ash.Type

  @ecto App.Encrypted.Binary

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :bytea

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

defmodule App.AshTypes.EncryptedMap do
  @moduledoc """
  A PostgreSQL `bytea` as the Ecto type `App.Encrypted.Map` has it.

  What is stored differs from write to write, so that the database can't compare it: attributes of
  this type are `filterable? false` and `sortable? false`, and Ash refuses a filter on them.
  """
  use Ash.Type

  @ecto App.Encrypted.Map

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :bytea

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
  def dump_to_embedded(value, _constraints), do: Ecto.Type.embedded_dump(@ecto, value, :json)

  @impl true
  def cast_from_embedded(value, _constraints), do: Ecto.Type.embedded_load(@ecto, value, :json)
end

defmodule App.AshTypes.Feeling do
  @moduledoc "A PostgreSQL `mood` as the Ecto type `App.Feeling` has it."
  use Ash.Type

  @ecto App.Feeling

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :mood

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

defmodule App.AshTypes.Folded do
  @moduledoc "A PostgreSQL `text` as the Ecto type `App.Folded` has it."
  use Ash.Type

  @ecto App.Folded

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
end

defmodule App.AshTypes.Hashed do
  @moduledoc "A PostgreSQL `bytea` as the Ecto type `App.Hashed` has it."
  use Ash.Type

  @ecto App.Hashed

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :bytea

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

defmodule App.AshTypes.Level do
  @moduledoc "A PostgreSQL `integer` as the Ecto type `App.Level` has it."
  use Ash.Type

  @ecto App.Level

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :int4

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
  def dump_to_embedded(value, _constraints), do: Ecto.Type.embedded_dump(@ecto, value, :json)

  @impl true
  def cast_from_embedded(value, _constraints), do: Ecto.Type.embedded_load(@ecto, value, :json)
end

defmodule App.AshTypes.MoneyComposite do
  @moduledoc "A PostgreSQL `text` as the Ecto type `Money.Ecto.Composite.Type` has it."
  use Ash.Type

  @module Money.Ecto.Composite.Type
  @options [field: :library, schema: App.Core.Sample]
  # Only the library's code says whether the type takes options.
  @has_parameters function_exported?(Code.ensure_compiled!(@module), :type, 1)
  @arguments Enum.take([@options], if(@has_parameters, do: 1, else: 0))
  @ecto Enum.reduce(@arguments, @module, &Ecto.ParameterizedType.init(&2, &1))

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
end

defmodule App.AshTypes.OwnTagSampleOwnTag do
  @moduledoc "A PostgreSQL `text` as the Ecto type `App.OwnTag` has it."
  use Ash.Type

  @module App.OwnTag
  @options [field: :own_tag, schema: App.Core.Sample]
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
end

defmodule App.AshTypes.PackagesVersion do
  @moduledoc "A PostgreSQL `text` as the Ecto type `App.Packages.Version` has it."
  use Ash.Type

  @ecto App.Packages.Version

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
  def dump_to_embedded(value, _constraints), do: Ecto.Type.embedded_dump(@ecto, value, :json)

  @impl true
  def cast_from_embedded(value, _constraints), do: Ecto.Type.embedded_load(@ecto, value, :json)
end

defmodule App.AshTypes.Payload do
  @moduledoc "A PostgreSQL `jsonb` as the Ecto type `App.Support.Ecto.Payload` has it."
  use Ash.Type

  @module App.Support.Ecto.Payload
  @options [field: :payload, schema: App.Core.Sample]
  @ecto Ecto.ParameterizedType.init(@module, @options)

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :jsonb

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

defmodule App.AshTypes.PayloadKeysAsAtoms do
  @moduledoc "A PostgreSQL `jsonb` as the Ecto type `App.Support.Ecto.Payload` has it."
  use Ash.Type

  @module App.Support.Ecto.Payload
  @options [keys_as_atoms: true, field: :payload_atoms, schema: App.Core.Sample]
  @ecto Ecto.ParameterizedType.init(@module, @options)

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :jsonb

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

defmodule App.AshTypes.PrefixedIdOrg do
  @moduledoc "A PostgreSQL `text` as the Ecto type `App.PrefixedId` has it."
  use Ash.Type

  @module App.PrefixedId
  @options [prefix: "org_", field: :other_code, schema: App.Core.Sample]
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
end

defmodule App.AshTypes.PrefixedIdOwn do
  @moduledoc "A PostgreSQL `text` as the Ecto type `App.PrefixedId` has it."
  use Ash.Type

  @module App.PrefixedId
  @options [prefix: "own_", field: :id, schema: App.Core.Owner]
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

  @doc "A value that the Ecto type makes."
  def autogenerate, do: @module.autogenerate(@module.init(@options))
end

defmodule App.AshTypes.PrefixedIdUsr do
  @moduledoc "A PostgreSQL `text` as the Ecto type `App.PrefixedId` has it."
  use Ash.Type

  @module App.PrefixedId
  @options [prefix: "usr_", field: :code, schema: App.Core.Sample]
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
end

defmodule App.AshTypes.Ref do
  @moduledoc "A PostgreSQL `uuid` as the Ecto type `App.Ref` has it."
  use Ash.Type

  @ecto App.Ref

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

  @impl true
  def dump_to_embedded(value, _constraints), do: Ecto.Type.embedded_dump(@ecto, value, :json)

  @impl true
  def cast_from_embedded(value, _constraints), do: Ecto.Type.embedded_load(@ecto, value, :json)
end

defmodule App.AshTypes.SHA256 do
  @moduledoc "A PostgreSQL `bytea` as the Ecto type `Cloak.Ecto.SHA256` has it."
  use Ash.Type

  @ecto Cloak.Ecto.SHA256

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :bytea

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

defmodule App.AshTypes.Tag do
  @moduledoc "A PostgreSQL `text[]` as the Ecto type `App.Types.Tag` has it."
  use Ash.Type

  @ecto App.Types.Tag

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :"text[]"

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

defmodule App.AshTypes.ULID do
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

defmodule App.AshTypes.VersionList do
  @moduledoc "A PostgreSQL `jsonb` as the Ecto type `{:array, App.Packages.Version}` has it."
  use Ash.Type

  @ecto {:array, App.Packages.Version}

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :jsonb

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
  def dump_to_embedded(value, _constraints), do: Ecto.Type.embedded_dump(@ecto, value, :json)

  @impl true
  def cast_from_embedded(value, _constraints), do: Ecto.Type.embedded_load(@ecto, value, :json)
end

defmodule App.AshTypes.VersionMap do
  @moduledoc "A PostgreSQL `jsonb` as the Ecto type `{:map, App.Packages.Version}` has it."
  use Ash.Type

  @ecto {:map, App.Packages.Version}

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :jsonb

  @impl true
  def cast_input(value, _constraints) do
    with {:error, reason} <- Ecto.Type.cast(@ecto, value),
         do: {:error, Keyword.put_new(reason, :message, "is invalid")}
  end

  @impl true
  def cast_stored(value, _constraints), do: Ecto.Type.embedded_load(@ecto, value, :json)

  @impl true
  def dump_to_native(value, _constraints), do: Ecto.Type.embedded_dump(@ecto, value, :json)

  @impl true
  def dump_to_embedded(value, _constraints), do: Ecto.Type.embedded_dump(@ecto, value, :json)

  @impl true
  def cast_from_embedded(value, _constraints), do: Ecto.Type.embedded_load(@ecto, value, :json)
end

defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Owner
    resource App.Core.OwnerThing
    resource App.Core.Sample
    resource App.Core.Thing
  end
end

defmodule App.Core.Owner do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "owners"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:id, "owners_things_owner_id_fkey", "are still associated with this entry"},
      {:id, "things_owner_id_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, App.AshTypes.PrefixedIdOwn do
      primary_key? true
      allow_nil? false
      public? true
      writable? false
      default &App.AshTypes.PrefixedIdOwn.autogenerate/0
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :things, App.Core.Thing do
      public? true
    end

    many_to_many :shared, App.Core.Thing do
      through App.Core.OwnerThing
      public? true
    end
  end
end

defmodule App.Core.OwnerThing do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "owners_things"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :owner_id, App.AshTypes.PrefixedIdOwn do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :thing_id, App.AshTypes.ULID do
      primary_key? true
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :owner, App.Core.Owner do
      define_attribute? false
      public? true
    end

    belongs_to :thing, App.Core.Thing do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Sample do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "samples"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: [:*, :secret], update: [:*, :secret]]
  end

  attributes do
    integer_primary_key :id

    attribute :version, App.AshTypes.PackagesVersion do
      allow_nil? false
      public? true
    end

    attribute :varying, App.AshTypes.PackagesVersion do
      public? true
    end

    attribute :of_domain, App.AshTypes.PackagesVersion do
      public? true
    end

    attribute :versions, {:array, App.AshTypes.PackagesVersion} do
      public? true
      constraints nil_items?: true
    end

    attribute :versions_json, App.AshTypes.VersionList do
      public? true
    end

    attribute :named_versions, App.AshTypes.VersionMap do
      public? true
    end

    attribute :level, App.AshTypes.Level do
      public? true
      default :low
    end

    attribute :mood, App.AshTypes.Feeling do
      public? true
    end

    attribute :price, App.AshTypes.AppPrice do
      public? true
    end

    attribute :payload, App.AshTypes.Payload do
      public? true
    end

    attribute :payload_atoms, App.AshTypes.PayloadKeysAsAtoms do
      public? true
    end

    attribute :counts, App.AshTypes.Counts do
      public? true
    end

    attribute :code, App.AshTypes.PrefixedIdUsr do
      public? true
    end

    attribute :other_code, App.AshTypes.PrefixedIdOrg do
      public? true
    end

    attribute :own_tag, App.AshTypes.OwnTagSampleOwnTag do
      public? true
    end

    attribute :folded, App.AshTypes.Folded do
      public? true
    end

    attribute :tags, App.AshTypes.Tag do
      public? true
    end

    attribute :ref, App.AshTypes.Ref do
      public? true
    end

    attribute :secret, App.AshTypes.EncryptedBinary do
      allow_nil? false
      sensitive? true
      filterable? false
      sortable? false
    end

    attribute :secret_map, App.AshTypes.EncryptedMap do
      sensitive? true
      filterable? false
      sortable? false
    end

    attribute :secret_hash, App.AshTypes.Hashed do
      public? true
    end

    attribute :digest, App.AshTypes.SHA256 do
      public? true
    end

    attribute :library, App.AshTypes.MoneyComposite do
      public? true
    end

    attribute :plain, :string do
      description "configured"
      public? true
    end

    attribute :left_out, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :told, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Core.Thing do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "things"
    repo App.Repo
    migrate? false

    identity_index_names version: "things_version_key"

    foreign_key_names [
      {:id, "owners_things_thing_id_fkey", "are still associated with this entry"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, App.AshTypes.ULID do
      primary_key? true
      allow_nil? false
      public? true
      writable? false
      default &Ecto.ULID.autogenerate/0
    end

    attribute :owner_id, App.AshTypes.PrefixedIdOwn do
      public? true
    end

    attribute :version, App.AshTypes.PackagesVersion do
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :owner, App.Core.Owner do
      define_attribute? false
      public? true
    end

    many_to_many :owners, App.Core.Owner do
      through App.Core.OwnerThing
      public? true
    end
  end

  identities do
    identity :version, [:version]
  end
end

# legacy-custom-type samples.told: The Ecto schema reads it by App.PrefixedId (lib/app.ex:229); the attribute told holds what the column does: its option prefix can't be read.
