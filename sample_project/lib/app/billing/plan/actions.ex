defmodule App.Billing.Plan.Actions do
  @moduledoc """
  Actions of `App.Billing.Plan`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # Legacy.Billing.Plan.changeset/2, lib/legacy/billing/plan.ex
    create :create do
      primary? true

      accept [
        :code,
        :name,
        :price,
        :billing_period,
        :trial_period,
        :features,
        :seat_tiers,
        :retired_on
      ]

      allow_nil_input [:code, :name, :price, :features, :seat_tiers]
      skip_unknown_inputs :*

      change App.Changes.Cast

      validate {App.Validations.Ecto,
                validate_required: [[:code, :name, :price, :billing_period]]}

      validate {App.Validations.Ecto, validate_length: [:code, [max: 40]]}
    end

    # Legacy.Billing.Plan.changeset/2, lib/legacy/billing/plan.ex
    update :update do
      primary? true
      require_atomic? false

      accept [
        :code,
        :name,
        :price,
        :billing_period,
        :trial_period,
        :features,
        :seat_tiers,
        :retired_on
      ]

      allow_nil_input [:code, :name, :price, :features, :seat_tiers]
      skip_unknown_inputs :*

      change App.Changes.Cast

      validate {App.Validations.Ecto,
                validate_required: [[:code, :name, :price, :billing_period]]}

      validate {App.Validations.Ecto, validate_length: [:code, [max: 40]]}
    end
  end
end
