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
    update :update do
      primary? true
      require_atomic? false
      accept [:name, :email]
      skip_unknown_inputs :*

      argument :current_password, :string,
        sensitive?: true,
        constraints: [trim?: false, allow_empty?: true]

      change {App.Changes.Cast, fields: [:name, :email]}

      change {App.Changes.Step,
              fun: &Steps.check_password/3, arguments: [context(:record), context(:string_params)]}
    end

    # Legacy.Accounts.User.invite_changeset/2, lib/app.ex
    create :invite do
      accept [:email]
      skip_unknown_inputs :*

      argument :terms, :boolean
      argument :api_token, :term, sensitive?: true
      argument :invite, :term
      argument :nick, :term

      change {App.Changes.Cast, fields: [:email, :terms]}
      change {App.Changes.Step, fun: &Steps.put_name/2, arguments: [context(:string_params)]}
      change {App.Changes.Step, fun: &Steps.validate_invite/1}
    end
  end
end

defmodule App.Accounts.User.Steps do
  @moduledoc """
  Functions that actions of `App.Accounts.User` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  def check_password(changeset, user, %{"current_password" => given, "name" => _}) do
    if Legacy.Hash.valid?(given, user.password_hash),
      do: changeset,
      else: add_error(changeset, :current_password, "is wrong")
  end

  def check_password(changeset, _, _), do: changeset

  def put_name(changeset, attrs) do
    changeset
    |> put_change(:name, attrs["nick"] || attrs[:imported_name])
  end

  def validate_invite(%{params: params} = changeset) do
    case params do
      %{"invite" => code, "api_token" => _} -> put_change(changeset, :invite, code)
      _ -> add_error(changeset, :invite, "is missing")
    end
  end
end
