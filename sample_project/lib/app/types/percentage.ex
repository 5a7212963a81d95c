defmodule App.Types.Percentage do
  @moduledoc "The domain `percentage` over `numeric`."
  use Ash.Type.NewType,
    subtype_of: App.Types.Numeric,
    constraints: [min: Decimal.new("-999.99"), max: Decimal.new("999.99")]

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
