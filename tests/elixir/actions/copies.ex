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
    # Legacy.Blog.Post.changeset/4, lib/app.ex
    create :create do
      primary? true
      accept [:title]
      skip_unknown_inputs :*

      argument :author, :term, public?: false
      argument :opts, :term, public?: false, allow_nil?: false

      change App.Changes.Cast
      change {App.Changes.Step, fun: &Steps.put_slug_in_changeset/2, arguments: [arg(:opts)]}
      change {App.Changes.Step, fun: &Steps.check_author/2, arguments: [arg(:author)]}
    end

    # Legacy.Blog.Post.edit_changeset/2, lib/app.ex
    update :edit do
      require_atomic? false
      accept [:title]
      skip_unknown_inputs :*

      change App.Changes.Cast
      change {App.Changes.Step, fun: &Steps.maybe_change/1}
    end
  end
end

defmodule App.Blog.Post.Steps do
  @moduledoc """
  Functions that actions of `App.Blog.Post` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  alias Legacy.Blog.Slug, as: S

  @words ~w(a an the)

  def put_slug_in_changeset(changeset, opts) do
    changeset
    |> put_slug(opts[:words])
  end

  defp put_slug(changeset, words) when is_list(words) do
    put_change(changeset, :slug, slugify(get_field(changeset, :title), words))
  end

  defp put_slug(changeset, _words), do: changeset

  defp slugify(title, words) do
    S.of(title, words, """
      a
     text
    """)
  end

  def check_author(changeset, %{id: _}), do: changeset

  def check_author(changeset, nil), do: add_error(changeset, :title, "has no author")

  def maybe_change(changeset) do
    if get_change(changeset, :title) do
      put_slug(changeset, @words)
    else
      changeset
    end
  end
end
