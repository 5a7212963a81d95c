defmodule App.Accounts.User.Actions do
  @moduledoc """
  Actions of `App.Accounts.User`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  alias App.Accounts.User.Steps

  actions do
    # Legacy.Accounts.User.changeset/2, lib/app.ex
    create :create do
      primary? true
      accept [:login, :mail]
      allow_nil_input [:login]
      skip_unknown_inputs :*

      change {App.Changes.Cast, names: [email: :mail, name: :login]}
      validate {App.Validations.Ecto, validate_required: [[:name]]}
      change set_attribute(:mail, "none")
      change {App.Changes.Step, update_change: [:name, &String.trim/1]}
    end

    # Legacy.Accounts.User.silent_changeset/2, lib/app.ex
    update :silent do
      require_atomic? false
      accept []
      skip_unknown_inputs :*

      argument :name, :term, public?: false, allow_nil?: false

      change {App.Changes.Cast, fields: [], names: [name: :login]}
      change {App.Changes.Step, fun: &Steps.put_name/2, arguments: [arg(:name)]}
    end
  end
end

defmodule App.Accounts.User.Steps do
  @moduledoc """
  Functions that actions of `App.Accounts.User` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  def put_name(changeset, name) do
    change(changeset, name: name)
  end
end
