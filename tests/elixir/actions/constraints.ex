defmodule App.Accounts.User.Actions do
  @moduledoc """
  Actions of `App.Accounts.User`.

  Each does what the changeset function does that is named above it.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # Legacy.Accounts.User.changeset/2, lib/app.ex
    create :create do
      primary? true
      accept [:email, :team_id, :boss_id]
      allow_nil_input [:email]
      skip_unknown_inputs :*

      error_handler {App.Changes.Errors, :reword,
                     [
                       [
                         users_email_index: [field: :email, message: "has already been taken"],
                         users_team_id_email_index: [
                           field: :email,
                           message: "has already been taken"
                         ],
                         email_has_at: [field: :email, message: "needs an @"],
                         users_team_id_fkey: [field: :team_id, message: "has gone"],
                         users_boss_id_fkey: [field: :boss, message: "does not exist"]
                       ]
                     ]}

      change App.Changes.Cast
    end
  end
end
