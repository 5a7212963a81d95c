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
    # Legacy.Accounts.User.build/1, lib/app.ex
    create :build do
      accept []
      skip_unknown_inputs :*

      change App.Changes.Todo

      # TODO lib/app.ex:15: values of a struct are no changes, and a later step looks at that of name
      #   %Legacy.Accounts.User{name: team.name, team_id: team.id}

      change {App.Changes.Step, update_change: [:name, &String.downcase/1]}
      validate {App.Validations.Ecto, validate_length: [:name, [min: 3]]}
    end

    # Legacy.Accounts.User.invite/2, lib/app.ex
    create :invite do
      accept [:email]
      skip_unknown_inputs :*

      argument :team, :term, public?: false, allow_nil?: false
      argument :team_id, :uuid, public?: false

      change set_attribute(:team_id, arg(:team_id), set_when_nil?: false)
      change {App.Changes.Step, fun: &Steps.put_team_id/2, arguments: [arg(:team)]}
      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:email, :team_id]]}
      validate {App.Validations.Ecto, validate_length: [:email, [max: 160]]}
    end
  end
end

defmodule App.Accounts.User.Steps do
  @moduledoc """
  Functions that actions of `App.Accounts.User` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  def put_team_id(changeset, team) do
    change(changeset, team_id: team.id)
  end
end
