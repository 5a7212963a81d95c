defmodule App.Billing.Invoice.Actions do
  @moduledoc """
  Actions of `App.Billing.Invoice`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  alias App.Billing.Invoice.Steps

  actions do
    # Legacy.Billing.Invoice.changeset/2, lib/legacy/billing/invoice.ex
    create :create do
      primary? true
      accept [:status, :currency, :tax, :issued_on, :due_on, :notes, :subscription_id]
      allow_nil_input [:status, :currency, :tax]
      skip_unknown_inputs :*

      argument :year, App.Types.Int2, public?: false
      argument :number, App.Types.Int4, public?: false
      argument :customer_id, :integer, public?: false

      change set_attribute(:year, arg(:year), set_when_nil?: false)
      change set_attribute(:number, arg(:number), set_when_nil?: false)
      change set_attribute(:customer_id, arg(:customer_id), set_when_nil?: false)
      change App.Changes.Cast

      validate {App.Validations.Ecto,
                validate_required: [[:year, :number, :customer_id, :currency]]}

      validate {App.Validations.Ecto, validate_length: [:currency, [is: 3]]}
    end

    # Legacy.Billing.Invoice.void_changeset/2, lib/legacy/billing/invoice.ex
    update :void do
      require_atomic? false
      accept [:notes]
      skip_unknown_inputs :*

      change App.Changes.Cast
      change {App.Changes.Step, fun: &Steps.maybe_put_change_status/1}
    end
  end
end
