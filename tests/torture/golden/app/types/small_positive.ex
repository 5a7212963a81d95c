defmodule App.Types.SmallPositive do
  @moduledoc "The domain `small_positive` over `int4`."
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
