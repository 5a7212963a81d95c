defmodule Legacy.Billing.InvoiceLine do
  use Ecto.Schema
  import Ecto.Changeset

  # The key to invoices has two columns, which Ecto has no association for.
  @primary_key false
  schema "invoice_lines" do
    field :invoice_year, :integer, primary_key: true
    field :invoice_number, :integer, primary_key: true
    field :position, :integer, primary_key: true
    field :description, :string
    field :quantity, :decimal, default: Decimal.new(1)
    field :unit_price, :decimal
    field :amount, :decimal, read_after_writes: true
    field :meter_readings, {:array, :integer}

    belongs_to :coupon, Legacy.Billing.Coupon
  end

  def changeset(line, attrs) do
    line
    |> cast(attrs, [:description, :quantity, :unit_price, :meter_readings, :coupon_id])
    |> validate_required([:description, :quantity, :unit_price])
    |> validate_number(:quantity, greater_than: 0)
    |> check_constraint(:quantity, name: :invoice_lines_quantity_check)
    |> foreign_key_constraint(:invoice_number, name: :invoice_lines_invoice_fkey)
    |> foreign_key_constraint(:coupon_id)
  end
end
