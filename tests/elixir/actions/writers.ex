defmodule App.Blog.Post.Actions do
  @moduledoc """
  Actions of `App.Blog.Post`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # Legacy.Blog.Post.changeset/2, lib/app.ex
    create :create do
      primary? true
      accept [:title]
      allow_nil_input [:title]
      skip_unknown_inputs :*

      change App.Changes.Cast

      # TODO lib/app.ex:19: done after the function, where the row is written
      #   put_tags(attrs)
    end

    # Legacy.Blog.Post.changeset/2, lib/app.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:title]
      allow_nil_input [:title]
      skip_unknown_inputs :*

      change App.Changes.Cast

      # TODO lib/app.ex:29: done after the function, where the row is written
      #   put_tags(attrs)

      # TODO lib/app.ex:30: done after the function, where the row is written
      #   put_change(:edited_at, DateTime.utc_now(:second))
    end
  end
end
