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
    attribute :id, :integer do
      public? true
    end

    attribute :name, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :mail, :string do
      source :email
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :role, :string do
      public? true
    end

    attribute :level, App.Types.UserLevel do
      public? true
    end

    attribute :data, :map

    attribute :seen, :utc_datetime_usec do
      public? true
    end
  end
end

defmodule App.Types.UserLevel do
  use Ash.Type.Enum, values: [:"1", :"2"]

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
