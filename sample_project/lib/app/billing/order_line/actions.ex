defmodule App.Billing.OrderLine.Actions do
  @moduledoc """
  Actions of `App.Billing.OrderLine`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # Legacy.Billing.OrderLine.changeset/2, lib/legacy/billing/order_line.ex
    create :create do
      primary? true
      accept [:sku, :quantity, :unit_price]
      allow_nil_input [:sku, :quantity, :unit_price]
      skip_unknown_inputs :*

      error_handler {App.Changes.Errors, :reword,
                     [
                       [
                         order_lines_order_id_fkey: [field: :order_id, message: "is no order"]
                       ]
                     ]}

      argument :order_id, :integer, public?: false

      change set_attribute(:order_id, arg(:order_id), set_when_nil?: false)
      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:sku, :quantity, :unit_price]]}
      validate {App.Validations.Ecto, validate_length: [:sku, [max: 40]]}

      validate {App.Validations.Ecto,
                validate_number: [:quantity, [greater_than: 0, less_than_or_equal_to: 999]]}

      validate {App.Validations.Ecto,
                validate_number: [:unit_price, [greater_than_or_equal_to: 0]]}
    end

    # Legacy.Billing.OrderLine.changeset/2, lib/legacy/billing/order_line.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:sku, :quantity, :unit_price]
      allow_nil_input [:sku, :quantity, :unit_price]
      skip_unknown_inputs :*

      error_handler {App.Changes.Errors, :reword,
                     [
                       [
                         order_lines_order_id_fkey: [field: :order_id, message: "is no order"]
                       ]
                     ]}

      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:sku, :quantity, :unit_price]]}
      validate {App.Validations.Ecto, validate_length: [:sku, [max: 40]]}

      validate {App.Validations.Ecto,
                validate_number: [:quantity, [greater_than: 0, less_than_or_equal_to: 999]]}

      validate {App.Validations.Ecto,
                validate_number: [:unit_price, [greater_than_or_equal_to: 0]]}
    end
  end
end
