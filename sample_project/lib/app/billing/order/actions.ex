defmodule App.Billing.Order.Actions do
  @moduledoc """
  Actions of `App.Billing.Order`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  alias App.Billing.Order.Steps

  actions do
    # Legacy.Billing.Order.changeset/2, lib/legacy/billing/order.ex
    create :create do
      primary? true
      accept [:reference, :note]
      allow_nil_input [:reference]
      skip_unknown_inputs :*

      error_handler {App.Changes.Errors, :reword,
                     [
                       [
                         orders_customer_id_fkey: [field: :customer, message: "is gone"]
                       ]
                     ]}

      argument :shipping, :term
      argument :lines, :term
      argument :customer_id, :integer, public?: false

      change set_attribute(:customer_id, arg(:customer_id), set_when_nil?: false)
      change App.Changes.Cast
      change {App.Changes.Step, update_change: [:reference, &String.upcase/1]}
      validate {App.Validations.Ecto, validate_required: [[:reference]]}
      validate {App.Validations.Ecto, validate_length: [:reference, [min: 3, max: 32]]}

      validate {App.Validations.Ecto,
                validate_format: [
                  :reference,
                  ~r/^[A-Z0-9-]+$/,
                  [message: "may have letters, digits and dashes only"]
                ]}

      validate {App.Validations.Ecto,
                validate_length: [:note, [max: 500, message: "is too long (%{count} at most)"]]}

      change {App.Changes.Nested,
              cast_embed: [
                :shipping,
                [
                  embed: Legacy.Billing.ShippingAddress,
                  cardinality: :one,
                  with: &Legacy.Billing.ShippingAddress.changeset/2,
                  on_replace: :update
                ]
              ]}

      change {App.Changes.Nested,
              cast_assoc: [:lines, [create: :create, update: :update, on_replace: :delete]]}

      validate {App.Validations.Ecto, validate_length: [:lines, [max: 20]]}
      change {App.Changes.Step, fun: &Steps.put_total/1}

      validate {App.Validations.Ecto,
                unsafe_validate_unique: [:reference, App.Repo, [message: "is taken"]]}

      change {App.Changes.Step, optimistic_lock: [:lock_version]}
    end

    # Legacy.Billing.Order.changeset/2, lib/legacy/billing/order.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:reference, :note]
      allow_nil_input [:reference]
      skip_unknown_inputs :*

      error_handler {App.Changes.Errors, :reword,
                     [
                       [
                         orders_customer_id_fkey: [field: :customer, message: "is gone"]
                       ]
                     ]}

      argument :shipping, :term
      argument :lines, :term

      change App.Changes.Cast
      change {App.Changes.Step, update_change: [:reference, &String.upcase/1]}
      validate {App.Validations.Ecto, validate_required: [[:reference]]}
      validate {App.Validations.Ecto, validate_length: [:reference, [min: 3, max: 32]]}

      validate {App.Validations.Ecto,
                validate_format: [
                  :reference,
                  ~r/^[A-Z0-9-]+$/,
                  [message: "may have letters, digits and dashes only"]
                ]}

      validate {App.Validations.Ecto,
                validate_length: [:note, [max: 500, message: "is too long (%{count} at most)"]]}

      change {App.Changes.Nested,
              cast_embed: [
                :shipping,
                [
                  embed: Legacy.Billing.ShippingAddress,
                  cardinality: :one,
                  with: &Legacy.Billing.ShippingAddress.changeset/2,
                  on_replace: :update
                ]
              ]}

      change {App.Changes.Nested,
              cast_assoc: [:lines, [create: :create, update: :update, on_replace: :delete]]}

      validate {App.Validations.Ecto, validate_length: [:lines, [max: 20]]}
      change {App.Changes.Step, fun: &Steps.put_total/1}

      validate {App.Validations.Ecto,
                unsafe_validate_unique: [:reference, App.Repo, [message: "is taken"]]}

      change {App.Changes.Step, optimistic_lock: [:lock_version]}
    end

    # Legacy.Billing.Order.cancel_changeset/2, lib/legacy/billing/order.ex
    update :cancel do
      require_atomic? false
      accept [:note]
      skip_unknown_inputs :*

      change {App.Changes.Step, fun: &Steps.cancel_changeset/2, arguments: [context(:params)]}
    end

    # Legacy.Billing.Order.status_changeset/2, lib/legacy/billing/order.ex
    update :status do
      require_atomic? false
      accept [:status]
      allow_nil_input [:status]
      skip_unknown_inputs :*

      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [:status]}
      change {App.Changes.Step, fun: &Steps.validate_transition/1}
      change {App.Changes.Step, fun: &Steps.put_placed_at/1}
      change {App.Changes.Step, optimistic_lock: [:lock_version]}
    end
  end
end
