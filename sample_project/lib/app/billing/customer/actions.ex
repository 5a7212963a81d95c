defmodule App.Billing.Customer.Actions do
  @moduledoc """
  Actions of `App.Billing.Customer`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  alias App.Billing.Customer.Steps

  actions do
    # Legacy.Billing.Customer.changeset/2, lib/legacy/billing/customer.ex
    create :create do
      primary? true
      accept [:name, :billing_email, :country, :tax_id]
      allow_nil_input [:name, :billing_email]
      skip_unknown_inputs :*

      argument :address, :term
      argument :user_id, :integer, public?: false

      change set_attribute(:user_id, arg(:user_id), set_when_nil?: false)
      change App.Changes.Cast

      change {App.Changes.Nested,
              cast_embed: [
                :address,
                [
                  embed: Legacy.Billing.Customer.Address,
                  cardinality: :one,
                  with: &Steps.address_changeset/2,
                  on_replace: :update
                ]
              ]}

      validate {App.Validations.Ecto, validate_required: [[:user_id, :name, :billing_email]]}
      validate {App.Validations.Ecto, validate_length: [:country, [is: 2]]}
      validate {App.Validations.Ecto, validate_length: [:tax_id, [max: 32]]}
    end

    # Legacy.Billing.Customer.changeset/2, lib/legacy/billing/customer.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:name, :billing_email, :country, :tax_id]
      allow_nil_input [:name, :billing_email]
      skip_unknown_inputs :*

      argument :address, :term

      change App.Changes.Cast

      change {App.Changes.Nested,
              cast_embed: [
                :address,
                [
                  embed: Legacy.Billing.Customer.Address,
                  cardinality: :one,
                  with: &Steps.address_changeset/2,
                  on_replace: :update
                ]
              ]}

      validate {App.Validations.Ecto, validate_required: [[:user_id, :name, :billing_email]]}
      validate {App.Validations.Ecto, validate_length: [:country, [is: 2]]}
      validate {App.Validations.Ecto, validate_length: [:tax_id, [max: 32]]}
    end
  end
end
