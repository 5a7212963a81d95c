defmodule App.Tag.Actions do
  @moduledoc """
  Actions of `App.Tag`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  alias App.Tag.Steps

  actions do
    # Legacy.Tag.changeset/2, lib/app.ex
    create :create do
      primary? true
      accept [:label, :colour]
      allow_nil_input [:label]
      skip_unknown_inputs :*

      change App.Changes.Tenant
      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:label, :organization_id]]}
      change {App.Changes.Step, fun: &Steps.put_slug/1}
    end

    # Legacy.Tag.changeset/2, lib/app.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:label, :colour]
      allow_nil_input [:label]
      skip_unknown_inputs :*

      # :organization_id is not cast: a row stays its tenant's.
      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:label, :organization_id]]}
      change {App.Changes.Step, fun: &Steps.put_slug/1}
    end

    # Legacy.Tag.label_changeset/2, lib/app.ex
    create :label do
      accept [:label]
      allow_nil_input [:label]
      skip_unknown_inputs :*

      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:label]]}
    end

    # Legacy.Tag.paint_changeset/2, lib/app.ex
    update :paint do
      require_atomic? false
      accept [:colour, :label]
      allow_nil_input [:label]
      skip_unknown_inputs :*

      # :organization_id is not cast: a row stays its tenant's.
      change {App.Changes.Cast, fields: [:colour]}
      change {App.Changes.Cast, fields: [:label]}
      validate {App.Validations.Ecto, validate_required: [[:organization_id]]}
    end
  end
end

defmodule App.Tag.Steps do
  @moduledoc """
  Functions that actions of `App.Tag` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  def put_slug(changeset) do
    organization = get_change(changeset, :organization_id)
    put_change(changeset, :slug, "#{organization}-#{get_field(changeset, :label)}")
  end
end
