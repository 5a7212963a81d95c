defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Settings
  end
end

defmodule App.Core.Settings do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "settings"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :empty, :string do
      public? true
      default ""
      constraints trim?: false, allow_empty?: true
    end

    attribute :quoted, :string do
      public? true
      default "it's \"x\" \#{y}"
      constraints trim?: false, allow_empty?: true
    end

    attribute :nothing, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :cut, :string do
      public? true
      default "abc"
      constraints max_length: 9, trim?: false, allow_empty?: true
    end

    attribute :padded, App.Types.Bpchar do
      public? true
      default "a"
      constraints max_length: 5
    end

    attribute :zero, :integer do
      public? true
      default 0
    end

    attribute :minus, :integer do
      public? true
      default -1
    end

    attribute :big, :integer do
      public? true
      default 12_345_678_901
    end

    attribute :computed, :integer do
      public? true
      generated? true
    end

    attribute :price, App.Types.Numeric do
      public? true
      default Decimal.new("9.90")
      constraints min: Decimal.new("-999.99"), max: Decimal.new("999.99")
    end

    attribute :free, :decimal do
      public? true
      default Decimal.new("-1000")
    end

    attribute :half, :float do
      public? true
      default 0.5
    end

    attribute :one, :float do
      public? true
      default 1.0
    end

    attribute :nan, :float do
      public? true
      generated? true
    end

    attribute :yes, :boolean do
      public? true
      default true
    end

    attribute :no, :boolean do
      public? true
      default false
    end

    attribute :mood, App.Types.Mood do
      public? true
      default :"so so"
    end

    attribute :moods, {:array, App.Types.Mood} do
      public? true
      generated? true
      constraints nil_items?: true
    end

    attribute :words, {:array, :string} do
      public? true
      default []
      constraints nil_items?: true, items: [trim?: false, allow_empty?: true]
    end

    attribute :listed, {:array, :string} do
      public? true
      generated? true
      constraints nil_items?: true, items: [trim?: false, allow_empty?: true]
    end

    attribute :numbers, {:array, :integer} do
      public? true
      generated? true
      constraints nil_items?: true
    end

    attribute :grid, {:array, :integer} do
      public? true
      generated? true
      constraints nil_items?: true
    end

    attribute :day, :date do
      public? true
      generated? true
    end

    attribute :fixed, :date do
      public? true
      generated? true
    end

    attribute :uid, :uuid do
      public? true
      generated? true
    end

    attribute :who, :string do
      public? true
      generated? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :json, App.Types.Json do
      public? true
      generated? true
    end

    attribute :list, App.Types.Json do
      public? true
      default []
    end

    attribute :null_value, App.Types.Json do
      public? true
      generated? true
    end
  end
end

defmodule App.Types.Mood do
  use Ash.Type.Enum, values: [:sad, :"so so", :happy]

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

defmodule App.Types.Numeric do
  @moduledoc "A `numeric(p,s)`, which NaN and infinities are no values of."
  use Ash.Type.NewType, subtype_of: :decimal

  # Ash.Type.Decimal would compare them with the limits, and NaN can't be compared.
  @impl true
  def cast_input(%Decimal{coef: coef}, _constraints) when coef in [:NaN, :inf], do: :error

  def cast_input(value, constraints) when is_binary(value) do
    case Decimal.parse(value) do
      {decimal, ""} when decimal.coef in [:NaN, :inf] -> :error
      _other -> super(value, constraints)
    end
  end

  def cast_input(value, constraints), do: super(value, constraints)

  # Values of an atomic update come as they were given.
  @impl true
  def apply_atomic_constraints(value, constraints) do
    case Ash.Expr.expr?(value) || cast_input(value, constraints) do
      :error -> {:error, message: "is invalid"}
      _other -> super(value, constraints)
    end
  end

  # Ash.Type.NewType refuses nil in an array even with `nil_items?: true`.
  @impl true
  def apply_constraints_array(values, constraints) do
    with {:ok, _values} <- super(Enum.reject(values, &is_nil/1), constraints), do: {:ok, values}
  end

  @impl true
  def apply_atomic_constraints_array(values, constraints) do
    with {:ok, _values} <- super(Enum.reject(List.wrap(values), &is_nil/1), constraints),
         do: {:ok, values}
  end
end

# value-risk settings.nan: Its default names NaN or infinity: one such value fails the read of all rows that are read with it.
