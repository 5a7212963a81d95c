defmodule App.Billing.Subscription.Actions do
  @moduledoc """
  Actions of `App.Billing.Subscription`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  alias App.Billing.Subscription.Steps

  actions do
    # Legacy.Billing.Subscription.changeset/2, lib/legacy/billing/subscription.ex
    create :create do
      primary? true
      accept [:status, :period, :seats, :discount, :metadata]
      allow_nil_input [:status, :period, :seats]
      skip_unknown_inputs :*

      argument :customer_id, :integer, public?: false

      argument :plan_code, :string,
        public?: false,
        constraints: [max_length: 40, trim?: false, allow_empty?: true]

      change set_attribute(:customer_id, arg(:customer_id), set_when_nil?: false)
      change set_attribute(:plan_code, arg(:plan_code), set_when_nil?: false)
      change App.Changes.Cast

      validate {App.Validations.Ecto,
                validate_required: [[:customer_id, :plan_code, :period, :seats]]}
    end

    # Legacy.Billing.Subscription.seats_changeset/3, lib/legacy/billing/subscription.ex
    update :seats do
      require_atomic? false
      accept [:seats]
      allow_nil_input [:seats]
      skip_unknown_inputs :*

      argument :opts, :term, public?: false, default: []

      change App.Changes.Cast

      change {App.Changes.Step,
              fun: &Steps.maybe_add_error_seats/2, arguments: [context(:record)]}

      validate {App.Validations.Ecto, validate_required: [[:seats]]}
      change {App.Changes.Step, fun: &Steps.validate_number_seats/2, arguments: [arg(:opts)]}
    end
  end
end
