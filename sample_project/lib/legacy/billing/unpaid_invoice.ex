defmodule Legacy.Billing.UnpaidInvoice do
  use Ecto.Schema

  # A view.
  @primary_key false
  schema "unpaid_invoices" do
    field :year, :integer
    field :number, :integer
    field :customer_name, :string
    field :total, :decimal
    field :paid, :decimal
    field :due_on, :date

    belongs_to :customer, Legacy.Billing.Customer
  end
end
