defmodule App.Billing.Account.Actions do
  @moduledoc """
  Actions of `App.Billing.Account`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # Legacy.Billing.Account.changeset/2, lib/app.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:name, :slug, :kind, :level, :tags, :price, :body]
      allow_nil_input [:slug]
      skip_unknown_inputs :*

      argument :secret, :string, sensitive?: true, constraints: [trim?: false, allow_empty?: true]
      argument :terms, :term
      argument :secret_confirmation, :term, sensitive?: true

      change {App.Changes.Cast, empty_values: []}
      validate {App.Validations.Ecto, validate_required: [[:slug, :kind], [message: "is needed"]]}
      validate {App.Validations.Ecto, validate_length: [:name, [min: 2, max: 50]]}

      validate {App.Validations.Ecto,
                validate_length: [:slug, [is: 8, message: "has %{count} characters"]]}

      validate {App.Validations.Ecto, validate_length: [:kind, [max: 9, count: :bytes]]}
      validate {App.Validations.Ecto, validate_length: [:tags, [max: 5]]}
      validate {App.Validations.Ecto, validate_format: [:slug, ~r/^[a-z"-]+$/]}
      validate {App.Validations.Ecto, validate_inclusion: [:kind, ["free", "paid"]]}

      validate {App.Validations.Ecto,
                validate_inclusion: [
                  :slug,
                  [
                    "aaaaaaaaaaaa",
                    "bbbbbbbbbbbbb",
                    "ccccccccccccc",
                    "ddddddddddddddd",
                    "eeeeeeeeeeeee"
                  ]
                ]}

      validate {App.Validations.Ecto,
                validate_exclusion: [:slug, ["admin", "root"], [message: "is \"taken\" \#{1}"]]}

      validate {App.Validations.Ecto, validate_inclusion: [:level, 1..9]}
      validate {App.Validations.Ecto, validate_subset: [:tags, ["red", "green"]]}

      validate {App.Validations.Ecto,
                validate_number: [:price, [greater_than: 0, less_than_or_equal_to: 100_000]]}

      validate {App.Validations.Ecto, validate_acceptance: [:terms]}
      validate {App.Validations.Ecto, validate_confirmation: [:secret, [required: true]]}
      validate {App.Validations.Ecto, validate_change: [:name, &Legacy.Names.check/2]}

      validate {App.Validations.Ecto,
                unsafe_validate_unique: [[:slug, :kind], App.Repo, [message: "is taken"]]}

      change {App.Changes.Step, update_change: [:slug, &String.downcase/1]}
      change set_attribute(:active, true)
      change {App.Changes.Step, put_change: [:kind, :odd]}
      change {App.Changes.Step, put_change: [:secret, nil]}
      change set_attribute(:level, 3)
      change set_attribute(:name, nil)
      change set_attribute(:active, false)
      change set_attribute(:level, 4)
      change {App.Changes.Step, put_change: [:price, 0]}
      change {App.Changes.Step, delete_change: [:body]}
      change {App.Changes.Step, add_error: [:name, "is wrong", [validation: :odd]]}
      change {App.Changes.Step, optimistic_lock: [:lock_version]}
    end
  end
end
