defmodule App.Blog.Comment.Actions do
  @moduledoc """
  Actions of `App.Blog.Comment`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  actions do
    # Legacy.Blog.Comment.changeset/2, lib/legacy/blog/comment.ex
    create :create do
      primary? true
      accept [:body, :author_ip]
      allow_nil_input [:body]
      skip_unknown_inputs :*

      argument :post_id, :uuid, public?: false

      change set_attribute(:post_id, arg(:post_id), set_when_nil?: false)
      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:body, :post_id]]}
    end

    # Legacy.Blog.Comment.changeset/2, lib/legacy/blog/comment.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:body, :author_ip]
      allow_nil_input [:body]
      skip_unknown_inputs :*

      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:body, :post_id]]}

      # TODO lib/legacy/blog.ex:163: done after the function, where the row is written
      #   put_change(:edited_at, NaiveDateTime.utc_now())
    end
  end
end
