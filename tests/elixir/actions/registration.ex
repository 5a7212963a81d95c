defmodule App.Accounts.User.Actions do
  @moduledoc """
  Actions of `App.Accounts.User`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.

  An action with `Changes.Todo` refuses to run until what is marked TODO in it is carried over.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  alias App.Accounts.User.Steps

  actions do
    # Legacy.Accounts.User.registration_changeset/3, lib/app.ex
    create :registration do
      accept [:name, :email, :age]
      allow_nil_input [:email]
      skip_unknown_inputs :*

      argument :password, :string,
        sensitive?: true,
        constraints: [trim?: false, allow_empty?: true]

      argument :password_confirmation, :term, sensitive?: true
      argument :opts, :term, public?: false, default: []

      change App.Changes.Todo
      change App.Changes.Cast

      # TODO lib/app.ex:17: no attribute has this field
      #   cast of :unknown

      change {App.Changes.Step, update_change: [:name, &String.trim/1]}
      validate {App.Validations.Ecto, validate_required: [[:name, :email]]}
      validate {App.Validations.Ecto, validate_length: [:name, [max: 50]]}

      validate {App.Validations.Ecto,
                validate_format: [
                  :email,
                  ~r/^[^\s]+@[^\s]+$/,
                  [message: "must have the @ sign and no spaces"]
                ]}

      validate {App.Validations.Ecto, validate_number: [:age, [greater_than: 17]]}
      validate {App.Validations.Ecto, validate_confirmation: [:password]}

      # TODO lib/app.ex:25: no attribute has the field :role
      #   put_change(:role, "member")

      change {App.Changes.Step, fun: &Steps.maybe_hash_password/2, arguments: [arg(:opts)]}

      # TODO lib/app.ex:27: put_assoc takes over what is loaded or made elsewhere
      #   put_assoc(:team, opts[:team])
    end
  end
end

defmodule App.Accounts.User.Steps do
  @moduledoc """
  Functions that actions of `App.Accounts.User` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  def maybe_hash_password(changeset, opts) do
    password = get_change(changeset, :password)

    if Keyword.get(opts, :hash_password, true) && password do
      put_change(changeset, :hashed_password, Hash.of(password))
    else
      changeset
    end
  end
end
