defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Country
    resource App.Core.Rate
  end
end

defmodule App.Core.Country do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "countries"
    repo App.Repo
    migrate? false

    foreign_key_names [{:code, "rates_country_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :code, App.Types.Bpchar do
      primary_key? true
      allow_nil? false
      public? true
      constraints max_length: 2
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :rates, App.Core.Rate do
      source_attribute :code
      destination_attribute :country
      public? true
    end
  end
end

defmodule App.Core.Rate do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "rates"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :country, App.Types.Bpchar do
      primary_key? true
      allow_nil? false
      public? true
      constraints max_length: 2
    end

    attribute :year, App.Types.Int2 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :rate, App.Types.Numeric do
      allow_nil? false
      public? true
      constraints min: Decimal.new("-999.99"), max: Decimal.new("999.99")
    end
  end

  relationships do
    belongs_to :country_country, App.Core.Country do
      source_attribute :country
      destination_attribute :code
      define_attribute? false
      public? true
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
