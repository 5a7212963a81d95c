defmodule App.Accounts.Resources.LoginAttempt.Actions do
  @moduledoc """
  Actions of `App.Accounts.Resources.LoginAttempt`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # App.Accounts.LoginAttempt.changeset/2, lib/app/accounts/login_attempt.ex
    create :create do
      primary? true
      accept [:user_id, :email, :ip, :user_agent, :succeeded]
      allow_nil_input [:email, :ip, :succeeded]
      skip_unknown_inputs :*

      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:email, :ip, :succeeded]]}
    end
  end
end
