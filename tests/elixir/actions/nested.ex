defmodule App.Shop.OrderLine.Actions do
  @moduledoc """
  Actions of `App.Shop.OrderLine`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # Legacy.Shop.OrderLine.changeset/2, lib/app.ex
    create :create do
      primary? true
      accept [:sku, :quantity]
      allow_nil_input [:sku, :quantity]
      skip_unknown_inputs :*

      argument :order_id, :uuid, public?: false

      change set_attribute(:order_id, arg(:order_id), set_when_nil?: false)
      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:sku]]}
      validate {App.Validations.Ecto, validate_number: [:quantity, [greater_than: 0]]}
    end

    # Legacy.Shop.OrderLine.changeset/2, lib/app.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:sku, :quantity]
      allow_nil_input [:sku, :quantity]
      skip_unknown_inputs :*

      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:sku]]}
      validate {App.Validations.Ecto, validate_number: [:quantity, [greater_than: 0]]}
    end
  end
end

defmodule App.Shop.Order.Actions do
  @moduledoc """
  Actions of `App.Shop.Order`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.

  An action with `Changes.Todo` refuses to run until what is marked TODO in it is carried over.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # Legacy.Shop.Order.changeset/2, lib/app.ex
    create :create do
      primary? true
      accept [:reference]
      allow_nil_input [:reference]
      skip_unknown_inputs :*

      argument :lines, :term
      argument :address, :term

      change App.Changes.Todo
      change App.Changes.Cast

      change {App.Changes.Nested,
              cast_assoc: [
                :lines,
                [create: :create, update: :update, on_replace: :delete, required: true]
              ]}

      change {App.Changes.Nested,
              cast_embed: [
                :address,
                [
                  embed: Legacy.Shop.Address,
                  cardinality: :one,
                  with: &Legacy.Shop.Address.changeset/2,
                  on_replace: :update,
                  required: true
                ]
              ]}

      # TODO lib/app.ex:19: the table of this association has no resource
      #   cast_assoc(:notes)
    end

    # Legacy.Shop.Order.changeset/2, lib/app.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:reference]
      allow_nil_input [:reference]
      skip_unknown_inputs :*

      argument :lines, :term
      argument :address, :term

      change App.Changes.Todo
      change App.Changes.Cast

      change {App.Changes.Nested,
              cast_assoc: [
                :lines,
                [create: :create, update: :update, on_replace: :delete, required: true]
              ]}

      change {App.Changes.Nested,
              cast_embed: [
                :address,
                [
                  embed: Legacy.Shop.Address,
                  cardinality: :one,
                  with: &Legacy.Shop.Address.changeset/2,
                  on_replace: :update,
                  required: true
                ]
              ]}

      # TODO lib/app.ex:19: the table of this association has no resource
      #   cast_assoc(:notes)
    end
  end
end
