defmodule App.Billing.Payment.Steps do
  @moduledoc """
  Functions that actions of `App.Billing.Payment` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  def put_invoice_year(changeset, invoice) do
    changeset
    |> put_change(:invoice_year, invoice.year)
  end

  def put_invoice_number(changeset, invoice) do
    changeset
    |> put_change(:invoice_number, invoice.number)
  end
end
