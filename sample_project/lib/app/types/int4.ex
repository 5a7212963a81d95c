defmodule App.Types.Int4 do
  @moduledoc "A PostgreSQL `int4` key: casts in queries name the column's own type, so that its index serves."
  use Ash.Type.NewType,
    subtype_of: :integer,
    constraints: [min: -2_147_483_648, max: 2_147_483_647]

  @impl true
  def storage_type(_constraints), do: :int4

  # Ash.Type.Integer compares nil with the limits, and warns of it.
  @impl true
  def apply_atomic_constraints(nil, _constraints), do: {:ok, nil}
  def apply_atomic_constraints(value, constraints), do: super(value, constraints)

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
