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
      accept [:name, :role]
      allow_nil_input [:name]
      skip_unknown_inputs :*

      change App.Changes.Cast
    end

    # Legacy.Accounts.User.changeset/2, lib/app.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:name]
      allow_nil_input [:name]
      skip_unknown_inputs :*

      change App.Changes.Cast
    end

    # Legacy.Accounts.User.changeset/2, lib/app.ex
    create :create_by_changeset do
      accept [:name]
      allow_nil_input [:name]
      skip_unknown_inputs :*

      change App.Changes.Cast
    end

    # Legacy.Accounts.User.role_changeset/2, lib/app.ex
    create :create_role do
      accept [:role]
      skip_unknown_inputs :*

      argument :name, :string, public?: false

      change set_attribute(:name, arg(:name), set_when_nil?: false)
      change App.Changes.Cast
    end

    # Legacy.Accounts.User.changeset_for_invite/2, lib/app.ex
    create :invite do
      accept [:name]
      allow_nil_input [:name]
      skip_unknown_inputs :*

      change App.Changes.Cast
    end

    # Legacy.Accounts.User.promote/2, lib/app.ex
    update :promote do
      require_atomic? false
      accept [:role]
      skip_unknown_inputs :*

      change App.Changes.Cast
    end

    # Legacy.Accounts.User.role_changeset/2, lib/app.ex
    update :role do
      require_atomic? false
      accept [:role]
      skip_unknown_inputs :*

      change App.Changes.Cast
    end

    # Legacy.Accounts.User.update_name_changeset/2, lib/app.ex
    update :update_name do
      require_atomic? false
      accept [:name]
      allow_nil_input [:name]
      skip_unknown_inputs :*

      change App.Changes.Cast
    end

    # Legacy.Accounts.User.read_changeset/2, lib/app.ex
    update :update_read do
      require_atomic? false
      accept [:role]
      skip_unknown_inputs :*

      change App.Changes.Cast
    end
  end
end

# unused_changeset: no call was found that inserts or updates with it, so the kind of its action is not known
# Legacy.Accounts.User.changeset/2: its create action is named :create_by_changeset, since :create is that of Legacy.Accounts.User.create_changeset/2
# Legacy.Accounts.User.read_changeset/2: its update action is named :update_read, since :read is a default action
