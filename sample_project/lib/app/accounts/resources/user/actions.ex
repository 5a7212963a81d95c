defmodule App.Accounts.Resources.User.Actions do
  @moduledoc """
  Actions of `App.Accounts.Resources.User`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  alias App.Accounts.Resources.User.Steps

  actions do
    # App.Accounts.User.confirm_changeset/1, lib/app/accounts/user.ex
    update :confirm do
      require_atomic? false
      accept []
      skip_unknown_inputs :*

      change {App.Changes.Step, fun: &Steps.put_confirmed_at/1}
    end

    # App.Accounts.User.email_changeset/2, lib/app/accounts/user.ex
    update :email do
      require_atomic? false
      accept [:email]
      allow_nil_input [:email]
      skip_unknown_inputs :*

      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:email]]}

      validate {App.Validations.Ecto,
                validate_format: [
                  :email,
                  ~r/^[^\s]+@[^\s]+$/,
                  [message: "must have the @ sign and no spaces"]
                ]}

      validate {App.Validations.Ecto, validate_length: [:email, [max: 160]]}
      validate {App.Validations.Ecto, unsafe_validate_unique: [:email, App.Repo]}
      change {App.Changes.Step, fun: &Steps.maybe_add_error_email/1}
    end

    # App.Accounts.User.password_changeset/3, lib/app/accounts/user.ex
    update :password do
      require_atomic? false
      accept []
      skip_unknown_inputs :*

      argument :password, :string,
        sensitive?: true,
        constraints: [trim?: false, allow_empty?: true]

      argument :password_confirmation, :term, sensitive?: true
      argument :opts, :term, public?: false, default: []

      change App.Changes.Cast

      validate {App.Validations.Ecto,
                validate_confirmation: [:password, [message: "does not match password"]]}

      validate {App.Validations.Ecto, validate_required: [[:password]]}
      validate {App.Validations.Ecto, validate_length: [:password, [min: 12, max: 72]]}
      change {App.Changes.Step, fun: &Steps.maybe_hash_password/2, arguments: [arg(:opts)]}

      # TODO lib/app/accounts.ex:131: done after the function, where the row is written
      #   User.validate_current_password(password)
    end

    # App.Accounts.User.registration_changeset/3, lib/app/accounts/user.ex
    create :registration do
      accept [:email, :handle]
      allow_nil_input [:email]
      skip_unknown_inputs :*

      argument :password, :string,
        sensitive?: true,
        constraints: [trim?: false, allow_empty?: true]

      argument :opts, :term, public?: false, default: []

      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:email]]}

      validate {App.Validations.Ecto,
                validate_format: [
                  :email,
                  ~r/^[^\s]+@[^\s]+$/,
                  [message: "must have the @ sign and no spaces"]
                ]}

      validate {App.Validations.Ecto, validate_length: [:email, [max: 160]]}
      validate {App.Validations.Ecto, unsafe_validate_unique: [:email, App.Repo]}
      validate {App.Validations.Ecto, validate_length: [:handle, [min: 2, max: 39]]}
      validate {App.Validations.Ecto, validate_exclusion: [:handle, ["admin", "root", "support"]]}
      validate {App.Validations.Ecto, validate_required: [[:password]]}
      validate {App.Validations.Ecto, validate_length: [:password, [min: 12, max: 72]]}
      change {App.Changes.Step, fun: &Steps.maybe_hash_password/2, arguments: [arg(:opts)]}
    end

    # App.Accounts.User.role_changeset/2, lib/app/accounts/user.ex
    update :role do
      require_atomic? false
      accept [:role]
      allow_nil_input [:role]
      skip_unknown_inputs :*

      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:role]]}
    end

    # App.Accounts.User.sign_up_changeset/2, lib/app/accounts/user.ex
    create :sign_up do
      accept [:email, :handle]
      allow_nil_input [:email]
      skip_unknown_inputs :*

      argument :terms, :boolean

      argument :password, :string,
        sensitive?: true,
        constraints: [trim?: false, allow_empty?: true]

      change {App.Changes.Cast, fields: [:terms]}
      validate {App.Validations.Ecto, validate_acceptance: [:terms]}
      change {App.Changes.Cast, fields: [:email, :password, :handle]}
      validate {App.Validations.Ecto, validate_required: [[:email]]}

      validate {App.Validations.Ecto,
                validate_format: [
                  :email,
                  ~r/^[^\s]+@[^\s]+$/,
                  [message: "must have the @ sign and no spaces"]
                ]}

      validate {App.Validations.Ecto, validate_length: [:email, [max: 160]]}
      validate {App.Validations.Ecto, unsafe_validate_unique: [:email, App.Repo]}
      validate {App.Validations.Ecto, validate_length: [:handle, [min: 2, max: 39]]}
      validate {App.Validations.Ecto, validate_exclusion: [:handle, ["admin", "root", "support"]]}
      validate {App.Validations.Ecto, validate_required: [[:password]]}
      validate {App.Validations.Ecto, validate_length: [:password, [min: 12, max: 72]]}
      change {App.Changes.Step, fun: &Steps.maybe_hash_password/2, arguments: [[]]}
    end
  end
end
