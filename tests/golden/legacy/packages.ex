defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.KeyedAtRandom
    resource App.Core.KeyedByEcto
    resource App.Core.KeyedByFunction
    resource App.Core.KeyedByOption
    resource App.Core.KeyedByType
    resource App.Core.KeyedByUlid
    resource App.Core.User
  end
end

defmodule App.Core.KeyedAtRandom do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "keyed_at_random"
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

defmodule App.Core.KeyedByEcto do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "keyed_by_ecto"
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
  end
end

defmodule App.Core.KeyedByFunction do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "keyed_by_function"
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
      default &Uniq.UUID.uuid6/0
    end
  end
end

defmodule App.Core.KeyedByOption do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "keyed_by_option"
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
  end
end

defmodule App.Core.KeyedByType do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "keyed_by_type"
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

    attribute :ref, :uuid do
      allow_nil? false
      public? true
      default &Ash.UUIDv7.generate/0
    end
  end
end

defmodule App.Core.KeyedByUlid do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "keyed_by_ulid"
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

    attribute :email, :string do
      allow_nil? false
      public? true
      constraints max_length: 255, trim?: false, allow_empty?: true
    end

    attribute :password_hash, :string do
      sensitive? true
      constraints max_length: 255, trim?: false, allow_empty?: true
    end

    attribute :email_confirmed_at, :utc_datetime do
      public? true
    end

    attribute :level, App.Types.UserLevel do
      public? true
    end

    attribute :mood, App.Types.Mood do
      public? true
    end

    attribute :moods, {:array, App.Types.Mood} do
      public? true
      constraints nil_items?: true
    end

    attribute :state, App.Types.UserState do
      public? true
    end

    attribute :ip, App.Types.Inet do
      public? true
    end

    attribute :avatar, App.Types.Avatar do
      public? true
    end
  end
end

defmodule App.Types.Avatar do
  @moduledoc "A PostgreSQL `text` as the Ecto type `App.Avatar.Type` has it."
  use Ash.Type

  @ecto App.Avatar.Type

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

defmodule App.Types.Mood do
  use Ash.Type.Enum, values: [:sad, :happy]

  @impl true
  def storage_type, do: :mood

  defoverridable cast_atomic: 2, apply_atomic_constraints: 2

  # PostgreSQL itself refuses a label that the type does not have; text functions don't know it.
  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: super(value, constraints)
  end

  @impl true
  def apply_atomic_constraints(value, constraints) do
    if Ash.Expr.expr?(value), do: {:ok, value}, else: apply_constraints(value, constraints)
  end
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

defmodule App.Types.UserLevel do
  use Ash.Type.Enum, values: [:low, :high]

  # What the database holds for each value.
  @stored [low: 0, high: 1]

  @impl true
  def storage_type, do: :integer

  @impl true
  def match(value) do
    case List.keyfind(@stored, value, 1) do
      {name, _stored} -> {:ok, name}
      nil -> super(value)
    end
  end

  @impl true
  def dump_to_native(nil, _constraints), do: {:ok, nil}

  def dump_to_native(value, _constraints) do
    case List.keyfind(@stored, value, 0) do
      {_name, stored} -> {:ok, stored}
      nil when is_integer(value) -> {:ok, value}
      nil -> :error
    end
  end

  # Nothing keeps the column to these values: others are read as they are stored.
  @impl true
  def cast_stored(value, _constraints) do
    {name, _stored} = List.keyfind(@stored, value, 1, {value, value})
    {:ok, name}
  end

  defoverridable cast_atomic: 2, apply_atomic_constraints: 2

  # PostgreSQL itself refuses a label that the type does not have; text functions don't know it.
  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: super(value, constraints)
  end

  @impl true
  def apply_atomic_constraints(value, constraints) do
    if Ash.Expr.expr?(value), do: {:ok, value}, else: apply_constraints(value, constraints)
  end
end

defmodule App.Types.UserState do
  use Ash.Type.Enum, values: [:open, :closed]

  # Nothing keeps the column to these values: others are read as they are stored.
  @impl true
  def cast_stored(value, _constraints) do
    {:ok, Enum.find(values(), value, &(to_string(&1) == value))}
  end

  defoverridable cast_atomic: 2, apply_atomic_constraints: 2

  # PostgreSQL itself refuses a label that the type does not have; text functions don't know it.
  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: super(value, constraints)
  end

  @impl true
  def apply_atomic_constraints(value, constraints) do
    if Ash.Expr.expr?(value), do: {:ok, value}, else: apply_constraints(value, constraints)
  end
end
