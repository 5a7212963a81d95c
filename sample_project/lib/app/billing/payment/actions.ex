defmodule App.Billing.Payment.Actions do
  @moduledoc """
  Actions of `App.Billing.Payment`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  alias App.Billing.Payment.Steps

  actions do
    # Legacy.Billing.Payment.changeset/3, lib/legacy/billing/payment.ex
    create :create do
      primary? true

      accept [
        :method,
        :amount,
        :provider,
        :provider_ref,
        :payload,
        :settled_after,
        :payer_ip,
        :paid_at
      ]

      allow_nil_input [:method, :amount, :provider, :paid_at]
      skip_unknown_inputs :*

      argument :invoice, :term, public?: false, allow_nil?: false

      change App.Changes.Cast
      change {App.Changes.Step, fun: &Steps.put_invoice_year/2, arguments: [arg(:invoice)]}
      change {App.Changes.Step, fun: &Steps.put_invoice_number/2, arguments: [arg(:invoice)]}

      validate {App.Validations.Ecto,
                validate_required: [[:method, :amount, :provider, :paid_at]]}

      validate {App.Validations.Ecto, validate_number: [:amount, [greater_than: 0]]}
    end
  end
end
