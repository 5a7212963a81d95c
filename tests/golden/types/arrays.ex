defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.List
  end
end

defmodule App.Core.List do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "lists"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :words, {:array, :string} do
      allow_nil? false
      public? true
      constraints nil_items?: true, items: [trim?: false, allow_empty?: true]
    end

    attribute :codes, {:array, :string} do
      public? true
      constraints nil_items?: true, items: [max_length: 5, trim?: false, allow_empty?: true]
    end

    attribute :numbers, {:array, :integer} do
      public? true
      constraints nil_items?: true
    end

    attribute :prices, {:array, App.Types.Numeric} do
      public? true

      constraints nil_items?: true,
                  items: [min: Decimal.new("-999.99"), max: Decimal.new("999.99")]
    end

    attribute :moments, {:array, App.Types.TimestamptzUsec} do
      public? true
      constraints nil_items?: true
    end

    attribute :stamps, {:array, App.Types.UtcDatetime} do
      public? true
      constraints nil_items?: true
    end

    attribute :uids, {:array, :uuid} do
      public? true
      constraints nil_items?: true
    end

    attribute :docs, {:array, App.Types.JsonItem} do
      public? true
      constraints nil_items?: true
    end

    attribute :grid, {:array, :integer} do
      public? true
      constraints nil_items?: true
    end
  end
end

defmodule App.Types.JsonItem do
  @moduledoc "Any JSON value in an array."
  use Ash.Type

  @impl true
  def storage_type(_constraints), do: :jsonb

  @impl true
  def matches_type?(_value, _constraints), do: true

  @impl true
  def cast_input(value, _constraints), do: {:ok, value}

  @impl true
  def cast_stored(value, _constraints), do: {:ok, value}

  # Postgrex would take a list for one more dimension of the array.
  @impl true
  def dump_to_native(value, _constraints) when is_list(value),
    do: {:ok, value |> Jason.encode_to_iodata!() |> Jason.Fragment.new()}

  def dump_to_native(value, _constraints), do: {:ok, value}

  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: cast_input(value, constraints)
  end

  @impl true
  def generator(_constraints), do: StreamData.string(:alphanumeric)
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
