defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Product
  end
end

defmodule App.Core.Product do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "products"
    repo App.Repo
    migrate? false

    check_constraints do
      check_constraint :id, "always" do
        message "is invalid"
      end

      check_constraint :price, "odd \"name" do
        message "is invalid"
      end

      check_constraint [:amount, :more], "positive_check" do
        message "is invalid"
      end

      check_constraint :price, "price_positive" do
        message "is invalid"
      end

      check_constraint [:sale, :price], "sale_below_price" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :price, :integer do
      public? true
    end

    attribute :sale, :integer do
      public? true
    end

    attribute :amount, App.Types.Positive do
      public? true
    end

    attribute :more, App.Types.Positive do
      public? true
    end
  end
end

defmodule App.Types.Positive do
  @moduledoc "The domain `positive` over `int4`."
  use Ash.Type.NewType, subtype_of: :integer

  @impl true
  def storage_type(_constraints), do: :int4

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
