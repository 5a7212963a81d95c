defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Measure
  end
end

defmodule App.Core.Measure do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "measures"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :label, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :short, :string do
      public? true
      constraints max_length: 40, trim?: false, allow_empty?: true
    end

    attribute :code, App.Types.Bpchar do
      public? true
      constraints max_length: 3
    end

    attribute :system, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :small, :integer do
      public? true
    end

    attribute :whole, :integer do
      public? true
    end

    attribute :big, :integer do
      public? true
    end

    attribute :ratio, :float do
      public? true
    end

    attribute :score, :float do
      allow_nil? false
      public? true
    end

    attribute :free, :decimal do
      public? true
    end

    attribute :price, App.Types.Numeric do
      allow_nil? false
      public? true
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :rounded, App.Types.Numeric do
      public? true
      constraints min: Decimal.new("-9999"), max: Decimal.new("9999")
    end

    attribute :hundreds, App.Types.Numeric do
      public? true
      constraints min: Decimal.new("-99900"), max: Decimal.new("99900")
    end

    attribute :tiny, App.Types.Numeric do
      public? true
      constraints min: Decimal.new("-0.00099"), max: Decimal.new("0.00099")
    end
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
