defmodule App.Billing.Coupon.Actions do
  @moduledoc """
  Actions of `App.Billing.Coupon`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # Legacy.Billing.Coupon.changeset/2, lib/legacy/billing/coupon.ex
    create :create do
      primary? true

      accept [
        :code,
        :percent_off,
        :amount_off,
        :plan_codes,
        :weekdays,
        :redeemable,
        :max_redemptions
      ]

      allow_nil_input [:code]
      skip_unknown_inputs :*

      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:code]]}
      validate {App.Validations.Ecto, validate_length: [:code, [max: 40]]}
      validate {App.Validations.Ecto, validate_subset: [:weekdays, 1..7]}
    end
  end
end
