defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Job
  end
end

defmodule App.Core.Job do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "jobs"
    repo App.Repo
    migrate? false

    check_constraints do
      check_constraint :state, "jobs_state_check" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :state, App.Types.JobState do
      allow_nil? false
      public? true
      default :new
    end

    attribute :kind, App.Types.JobKind do
      public? true
      default :a
    end
  end
end

defmodule App.Types.JobKind do
  use Ash.Type.Enum, values: [:a, :"b c"]

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

defmodule App.Types.JobState do
  use Ash.Type.Enum, values: [:new, :"in progress", :done]

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
