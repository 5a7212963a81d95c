defmodule App.Blog.Tag.Actions do
  @moduledoc """
  Actions of `App.Blog.Tag`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # Legacy.Blog.Tag.changeset/2, lib/legacy/blog/tag.ex
    create :create do
      primary? true
      accept [:name]
      allow_nil_input [:name]
      skip_unknown_inputs :*

      change App.Changes.Cast
      change {App.Changes.Step, update_change: [:name, &String.trim/1]}
      validate {App.Validations.Ecto, validate_required: [[:name]]}
      validate {App.Validations.Ecto, validate_length: [:name, [max: 60]]}
    end

    # Legacy.Blog.Tag.changeset/2, lib/legacy/blog/tag.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:name]
      allow_nil_input [:name]
      skip_unknown_inputs :*

      change App.Changes.Cast
      change {App.Changes.Step, update_change: [:name, &String.trim/1]}
      validate {App.Validations.Ecto, validate_required: [[:name]]}
      validate {App.Validations.Ecto, validate_length: [:name, [max: 60]]}
    end
  end
end
