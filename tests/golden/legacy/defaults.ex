defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Cart
    resource App.Core.Equal
    resource App.Core.Other
  end
end

defmodule App.Core.Cart do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "carts"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :state, App.Types.CartState do
      public? true
      default :open
    end

    attribute :rank, App.Types.CartRank do
      allow_nil? false
      public? true
      default :high
    end

    attribute :currency, :string do
      allow_nil? false
      public? true
      default "EUR"
      constraints max_length: 3, trim?: false, allow_empty?: true
    end

    attribute :items_count, :integer do
      allow_nil? false
      public? true
      default 0
    end

    attribute :ratio, :float do
      allow_nil? false
      public? true
      default 1.0
    end

    attribute :total, App.Types.Numeric do
      allow_nil? false
      public? true
      default Decimal.new("0.00")
      constraints min: Decimal.new("-99999999.99"), max: Decimal.new("99999999.99")
    end

    attribute :settings, :map do
      public? true
      default %{}
    end

    attribute :theme, :map do
      allow_nil? false
      public? true
      default %{"sizes" => [1, 2], "dark" => true}
    end

    attribute :tags, {:array, :string} do
      allow_nil? false
      public? true
      default ["new", "hot"]
      constraints nil_items?: true, items: [trim?: false, allow_empty?: true]
    end

    attribute :moods, {:array, App.Types.Mood} do
      public? true
      default []
      constraints nil_items?: true
    end

    attribute :mood, App.Types.Mood do
      public? true
      default :glad
    end

    attribute :active, :boolean do
      allow_nil? false
      public? true
      default true
    end

    attribute :opens_on, :date do
      public? true
      default ~D[2020-01-31]
    end

    attribute :opens_at, :time do
      public? true
      default ~T[08:00:00]
    end

    attribute :since, :utc_datetime do
      allow_nil? false
      public? true
      default ~U[2020-01-31 00:00:00Z]
    end

    attribute :zone, :string do
      allow_nil? false
      public? true
      default "UTC"
      constraints trim?: false, allow_empty?: true
    end

    attribute :page_size, :integer do
      allow_nil? false
      public? true
      default 50
    end

    attribute :token, :string do
      allow_nil? false
      sensitive? true
      default {App.Core.Token, :make, [32]}
      constraints trim?: false, allow_empty?: true
    end

    attribute :reference, :uuid do
      allow_nil? false
      public? true
      default &Ash.UUID.generate/0
    end

    attribute :code, :string do
      allow_nil? false
      public? true
      default &App.Core.Token.code/0
      constraints trim?: false, allow_empty?: true
    end

    attribute :owner, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :region, :string do
      allow_nil? false
      public? true
      default "eu"
      constraints trim?: false, allow_empty?: true
    end

    attribute :box, App.Types.CoreBox do
      public? true
      default "a"
    end

    create_timestamp :inserted_at do
      type :naive_datetime
      public? true
      default &App.Core.Clock.now/0
    end

    update_timestamp :updated_at do
      type :naive_datetime
      public? true
      default &App.Core.Clock.now/0
      update_default &App.Core.Clock.now/0
    end
  end
end

defmodule App.Core.Equal do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "equals"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :word, :string do
      allow_nil? false
      public? true
      default "open"
      constraints trim?: false, allow_empty?: true
    end

    attribute :number, :decimal do
      allow_nil? false
      public? true
      default Decimal.new("1.50")
    end

    attribute :whole, :integer do
      allow_nil? false
      public? true
      default 0
    end

    attribute :data, :map do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :empty, :map do
      allow_nil? false
      public? true
      default %{}
    end

    attribute :tags, {:array, :string} do
      allow_nil? false
      public? true
      generated? true
      constraints nil_items?: true, items: [trim?: false, allow_empty?: true]
    end

    attribute :day, :date do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :at, :utc_datetime do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :flag, :boolean do
      allow_nil? false
      public? true
      default false
    end
  end
end

defmodule App.Core.Other do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "others"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :score, :integer do
      public? true
      default 10
    end

    attribute :state, App.Types.OtherState do
      allow_nil? false
      public? true
      default :old
    end

    attribute :made_at, :utc_datetime do
      allow_nil? false
      public? true
      default ~U[2020-01-31 00:00:00Z]
    end

    attribute :data, :map do
      allow_nil? false
      public? true
      default %{"a" => 2}
    end

    attribute :empty, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :made, :integer do
      public? true
      generated? true
      writable? false
    end
  end
end

defmodule App.Types.CartRank do
  use Ash.Type.Enum, values: [:low, :high]

  # What the database holds for each value.
  @stored [low: 1, high: 2]

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

defmodule App.Types.CartState do
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

defmodule App.Types.CoreBox do
  @moduledoc "A PostgreSQL `text` as the Ecto type `App.Core.Box` has it."
  use Ash.Type

  @module App.Core.Box
  @options [field: :box, schema: App.Core.Cart]
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

defmodule App.Types.Mood do
  use Ash.Type.Enum, values: [:glad, :sad]

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

defmodule App.Types.OtherState do
  use Ash.Type.Enum, values: [:new, :old]

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

# legacy-default-unread carts: A default of the Ecto schema is known only when the legacy code runs, or has no form in the attribute's type: owner (Application.compile_env(:app, :owner), lib/app.ex:33).
# legacy-default others: The Ecto schema's default differs from the column's, and is the one that the legacy code writes, so Ash does too: score (10, the column has 0, lib/app.ex:61); state (:old, the column has 'new'::text, lib/app.ex:62); made_at (~U[2020-01-31 00:00:00Z], the column has now(), lib/app.ex:63); data (%{"a" => 2}, the column has '{"a": 1}'::jsonb, lib/app.ex:64).
