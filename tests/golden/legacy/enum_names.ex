defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.OldUser
    resource App.Core.User
    resource App.Core.UserRole
  end
end

defmodule App.Core.OldUser do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    schema "old"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :role_kind, App.Types.OldUserRoleKind do
      public? true
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

    attribute :role_kind, App.Types.UserRoleKindEnum do
      public? true
    end
  end
end

defmodule App.Core.UserRole do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "user_roles"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :kind, App.Types.UserRoleKind do
      public? true
    end
  end
end

defmodule App.Types.OldUserRoleKind do
  use Ash.Type.Enum, values: [:c]

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

defmodule App.Types.UserRoleKind do
  use Ash.Type.Enum, values: [:a]

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

defmodule App.Types.UserRoleKindEnum do
  use Ash.Type.Enum, values: [:b]

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
