defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.User
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

    attribute :role, App.Types.UserRole do
      allow_nil? false
      public? true
      default :member
    end

    attribute :answer, App.Types.Answer do
      public? true
      default "nil"
    end

    attribute :status, App.Types.BillingOddStatus do
      public? true
    end

    attribute :roles, {:array, App.Types.UserRole} do
      public? true
      generated? true
      constraints nil_items?: true
    end
  end
end

defmodule App.Types.Answer do
  # `nil`, `true` and `false` can't be told apart as atoms, so this enum's values are strings.
  use Ash.Type.Enum, values: ["true", "false", "nil"]

  @impl true
  def storage_type, do: :answer

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

defmodule App.Types.BillingOddStatus do
  use Ash.Type.Enum, values: [:new, :old]

  @impl true
  def storage_type, do: :"billing.\"Odd.Status\""

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

defmodule App.Types.UserRole do
  use Ash.Type.Enum, values: [:member, :admin, :"read only", :"don't"]

  @impl true
  def storage_type, do: :user_role

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
