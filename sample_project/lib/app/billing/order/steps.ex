defmodule App.Billing.Order.Steps do
  @moduledoc """
  Functions that actions of `App.Billing.Order` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset
  import Ecto.Query, only: [from: 2]

  alias Legacy.Billing.Customer
  alias Legacy.Billing.OrderLine

  @transitions %{
    cart: [:placed, :canceled],
    placed: [:shipped, :canceled],
    shipped: [],
    canceled: []
  }

  def put_total(%Ecto.Changeset{valid?: true, changes: %{lines: lines}} = changeset) do
    total =
      lines
      |> Enum.reject(&(&1.action in [:replace, :delete]))
      |> Enum.map(&OrderLine.price/1)
      |> Enum.reduce(Decimal.new(0), &Decimal.add/2)

    put_change(changeset, :total, total)
  end

  def put_total(changeset), do: changeset

  def cancel_changeset(%Ecto.Changeset{data: %{status: :shipped}} = order, _attrs) do
    order
    |> change()
    |> add_error(:status, "can't be canceled once it is %{status}", status: :shipped)
  end

  def cancel_changeset(order, attrs) do
    order
    |> cast(attrs, [:note])
    |> put_change(:status, :canceled)
    |> validate_required([:note], message: "has to say why")
    |> prepare_changes(&credit/1)
  end

  defp credit(%{data: %{status: :placed} = order} = changeset) do
    customer = from c in Customer, where: c.id == ^order.customer_id
    changeset.repo.update_all(customer, inc: [balance: order.total])
    changeset
  end

  defp credit(changeset), do: changeset

  def validate_transition(changeset) do
    allowed = Map.fetch!(@transitions, changeset.data.status)

    validate_change(changeset, :status, fn :status, status ->
      if status in allowed, do: [], else: [status: "can't be set now"]
    end)
  end

  def put_placed_at(changeset) do
    case fetch_change(changeset, :status) do
      {:ok, :placed} -> put_change(changeset, :placed_at, DateTime.utc_now(:second))
      _ -> changeset
    end
  end
end
