defmodule App.Accounts.User.Actions do
  @moduledoc """
  Actions of `App.Accounts.User`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # Legacy.Accounts.User.create_changeset/2, lib/app.ex
    create :create do
      primary? true
      accept [:name, :email]
      skip_unknown_inputs :*

      change App.Changes.Cast
    end

    # Legacy.Accounts.User.update_changeset/2, lib/app.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:name]
      skip_unknown_inputs :*

      change App.Changes.Cast
    end

    # Legacy.Accounts.User.create_changeset/2, lib/app.ex
    update :update_by_create_changeset do
      require_atomic? false
      accept [:name, :email]
      skip_unknown_inputs :*

      change App.Changes.Cast
    end
  end
end

# leave: no step of it can be carried over (lib/app.ex:16: put_assoc takes over what is loaded or made elsewhere)
# Legacy.Accounts.User.create_changeset/2: its update action is named :update_by_create_changeset, since :update is that of Legacy.Accounts.User.update_changeset/2
