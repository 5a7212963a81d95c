defmodule App.Accounts.Member.Actions do
  @moduledoc """
  Actions of `App.Accounts.Member`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # Legacy.Accounts.Member.changeset/2, lib/app.ex
    create :create do
      primary? true
      accept [:email, :team_id, :boss_id]
      allow_nil_input [:email]
      skip_unknown_inputs :*

      error_handler {App.Changes.Errors, :reword,
                     [
                       [
                         members_email_index: [field: :email, message: "has already been taken"],
                         members_team_id_email_index: [
                           field: :email,
                           message: "has already been taken"
                         ],
                         email_has_at: [field: :email, message: "needs an @"],
                         members_team_id_fkey: [field: :team_id, message: "has gone"],
                         members_boss_id_fkey: [field: :boss, message: "does not exist"]
                       ]
                     ]}

      change App.Changes.Cast
    end
  end
end
