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

    identity_index_names plan: "jobs_urgent"
    identity_wheres_to_sql plan: "(priority = 5)"

    check_constraints do
      check_constraint :level, "jobs_level_check" do
        message "is invalid"
      end

      check_constraint :plan, "jobs_plan_check" do
        message "is invalid"
      end

      check_constraint :priority, "jobs_priority_check" do
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

    attribute :plan, App.Types.JobPlan do
      allow_nil? false
      public? true
      default :free
    end

    attribute :priority, App.Types.JobPriority do
      allow_nil? false
      public? true
      default :low
    end

    attribute :level, App.Types.JobLevel do
      public? true
      generated? true
    end

    attribute :flags, {:array, App.Types.JobFlags} do
      allow_nil? false
      public? true
      default []
      constraints nil_items?: true
    end

    attribute :ranks, {:array, App.Types.JobRanks} do
      public? true
      constraints nil_items?: true
    end

    attribute :answer, App.Types.JobAnswer do
      public? true
    end

    attribute :plain, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :fixed, App.Types.Bpchar do
      public? true
      constraints max_length: 3
    end

    attribute :mood, App.Types.Mood do
      public? true
      default :so_so
    end

    attribute :moods, {:array, App.Types.Mood} do
      public? true
      constraints nil_items?: true
    end

    attribute :one, App.Types.Colour do
      public? true
    end

    attribute :two, App.Types.Colour do
      public? true
    end
  end

  identities do
    identity :plan, [:plan] do
      where expr(priority == :high)
    end
  end
end

defmodule App.Types.Colour do
  use Ash.Type.Enum, values: [:r, :g]

  @impl true
  def storage_type, do: :colour

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

defmodule App.Types.JobAnswer do
  # `nil`, `true` and `false` can't be told apart as atoms, so this enum's values are strings.
  use Ash.Type.Enum, values: ["true", "false"]

  # What the database holds for each value.
  @stored [{"true", "yes"}, {"false", "no"}]

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
      nil when is_binary(value) -> {:ok, value}
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

defmodule App.Types.JobFlags do
  use Ash.Type.Enum, values: [:a, :b]

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

defmodule App.Types.JobLevel do
  use Ash.Type.Enum, values: [:first]

  # What the database holds for each value.
  @stored [first: 1]

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

defmodule App.Types.JobPlan do
  use Ash.Type.Enum, values: [:free, :pro, :X]

  # What the database holds for each value.
  @stored [free: "F", pro: "P", X: "X"]

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
      nil -> :error
    end
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

defmodule App.Types.JobPriority do
  use Ash.Type.Enum, values: [:low, :high]

  # What the database holds for each value.
  @stored [low: 1, high: 5]

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
      nil -> :error
    end
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

defmodule App.Types.JobRanks do
  use Ash.Type.Enum, values: [:x, :y]

  # What the database holds for each value.
  @stored [x: 1, y: 2]

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

defmodule App.Types.JobState do
  use Ash.Type.Enum, values: [:new, :done]

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

defmodule App.Types.Mood do
  use Ash.Type.Enum, values: [:so_so, :happy, :sad]

  # What the database holds for each value.
  @stored [so_so: "so so", happy: "happy", sad: "sad"]

  @impl true
  def storage_type, do: :mood

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
      nil -> :error
    end
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
