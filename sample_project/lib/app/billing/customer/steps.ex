defmodule App.Billing.Customer.Steps do
  @moduledoc """
  Functions that actions of `App.Billing.Customer` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  def address_changeset(address, attrs) do
    address
    |> cast(attrs, [:street, :postcode, :city])
    |> validate_required([:street, :city])
  end
end
