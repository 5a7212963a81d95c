defmodule App.Billing.InvoiceLine.Actions do
  @moduledoc """
  Actions of `App.Billing.InvoiceLine`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # Legacy.Billing.InvoiceLine.changeset/2, lib/legacy/billing/invoice_line.ex
    create :create do
      primary? true
      accept [:description, :quantity, :unit_price, :meter_readings, :coupon_id]
      allow_nil_input [:description, :quantity, :unit_price]
      skip_unknown_inputs :*

      argument :invoice_year, App.Types.Int2, public?: false
      argument :invoice_number, App.Types.Int4, public?: false
      argument :position, App.Types.Int2, public?: false

      change set_attribute(:invoice_year, arg(:invoice_year), set_when_nil?: false)
      change set_attribute(:invoice_number, arg(:invoice_number), set_when_nil?: false)
      change set_attribute(:position, arg(:position), set_when_nil?: false)
      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:description, :quantity, :unit_price]]}
      validate {App.Validations.Ecto, validate_number: [:quantity, [greater_than: 0]]}
    end
  end
end
