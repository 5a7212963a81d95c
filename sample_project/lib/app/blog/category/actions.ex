defmodule App.Blog.Category.Actions do
  @moduledoc """
  Actions of `App.Blog.Category`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  alias App.Blog.Category.Steps

  actions do
    # Legacy.Blog.Category.changeset/2, lib/legacy/blog/category.ex
    create :create do
      primary? true
      accept [:name, :slug, :position, :boost]
      allow_nil_input [:name, :slug, :position, :boost]
      skip_unknown_inputs :*

      change App.Changes.Cast
      change {App.Changes.Step, fun: &Steps.put_slug/1}
      validate {App.Validations.Ecto, validate_required: [[:name, :slug]]}
      validate {App.Validations.Ecto, validate_exclusion: [:slug, ["all", "new", "search"]]}

      validate {App.Validations.Ecto,
                unsafe_validate_unique: [[:slug], App.Repo, [error_key: :slug]]}
    end

    # Legacy.Blog.Category.changeset/2, lib/legacy/blog/category.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:name, :slug, :position, :boost]
      allow_nil_input [:name, :slug, :position, :boost]
      skip_unknown_inputs :*

      change App.Changes.Cast
      change {App.Changes.Step, fun: &Steps.put_slug/1}
      validate {App.Validations.Ecto, validate_required: [[:name, :slug]]}
      validate {App.Validations.Ecto, validate_exclusion: [:slug, ["all", "new", "search"]]}

      validate {App.Validations.Ecto,
                unsafe_validate_unique: [[:slug], App.Repo, [error_key: :slug]]}
    end
  end
end
