defmodule App.Blog.Post.Actions do
  @moduledoc """
  Actions of `App.Blog.Post`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  alias App.Blog.Post.Steps

  actions do
    # Legacy.Blog.Post.changeset/2, lib/legacy/blog/post.ex
    create :create do
      primary? true
      accept [:title, :slug, :body, :featured, :keywords, :metadata, :rating, :category_id]
      allow_nil_input [:title, :slug, :body, :featured, :keywords, :metadata]
      skip_unknown_inputs :*

      argument :author_id, :integer, public?: false

      change set_attribute(:author_id, arg(:author_id), set_when_nil?: false)
      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:title, :slug, :author_id]]}
      validate {App.Validations.Ecto, validate_length: [:title, [max: 255]]}

      validate {App.Validations.Ecto,
                validate_number: [
                  :rating,
                  [greater_than_or_equal_to: 0, less_than_or_equal_to: 10]
                ]}

      # TODO lib/legacy/blog.ex:64: done after the function, where the row is written
      #   put_tags(attrs)
    end

    # Legacy.Blog.Post.changeset/2, lib/legacy/blog/post.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:title, :slug, :body, :featured, :keywords, :metadata, :rating, :category_id]
      allow_nil_input [:title, :slug, :body, :featured, :keywords, :metadata]
      skip_unknown_inputs :*

      change App.Changes.Cast
      validate {App.Validations.Ecto, validate_required: [[:title, :slug, :author_id]]}
      validate {App.Validations.Ecto, validate_length: [:title, [max: 255]]}

      validate {App.Validations.Ecto,
                validate_number: [
                  :rating,
                  [greater_than_or_equal_to: 0, less_than_or_equal_to: 10]
                ]}

      # TODO lib/legacy/blog.ex:72: done after the function, where the row is written
      #   put_tags(attrs)
    end

    # Legacy.Blog.Post.publish_changeset/3, lib/legacy/blog/post.ex
    update :publish do
      require_atomic? false
      accept []
      skip_unknown_inputs :*

      argument :reviewer, :term, public?: false, allow_nil?: false
      argument :at, :term, public?: false, allow_nil?: false

      change {App.Changes.Step, fun: &Steps.put_status/3, arguments: [arg(:reviewer), arg(:at)]}
    end
  end
end
