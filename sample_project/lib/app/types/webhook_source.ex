defmodule App.Types.WebhookSource do
  use Ash.Type.Enum, values: [:stripe, :paypal]

  # What the database holds for each value.
  @stored [stripe: "STRIPE", paypal: "PAYPAL"]

  @impl true
  def storage_type, do: :"\"WebhookSource\""

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
