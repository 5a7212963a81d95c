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
    # Legacy.Blog.Post.changeset/5, lib/app.ex
    create :create do
      primary? true
      accept [:title]
      skip_unknown_inputs :*

      argument :kind, :term

      argument :labels, {:array, :string},
        default: [],
        constraints: [items: [trim?: false, allow_empty?: true]]

      argument :token, :term, sensitive?: true
      argument :at, :term, public?: false, default: &DateTime.utc_now/0

      # TODO lib/app.ex:15: this default is no literal
      #   words \\ default_words()

      argument :words, :term, public?: false
      argument :extra, :term, public?: false, default: %{}

      change {App.Changes.Cast,
              fields: [:title, :kind, :labels, :token],
              types: [kind: {Ecto.Enum, [values: [:note, :story]]}, token: Legacy.Token]}

      change {App.Changes.Step, fun: &Steps.put_published_at/2, arguments: [arg(:at)]}
      change {App.Changes.Step, fun: &Steps.check/3, arguments: [arg(:words), arg(:extra)]}
    end
  end
end

defmodule App.Blog.Post.Steps do
  @moduledoc """
  Functions that actions of `App.Blog.Post` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  def put_published_at(changeset, at) do
    changeset
    |> put_change(:published_at, at)
  end

  def check(changeset, words, extra) do
    if get_field(changeset, :title) in words, do: change(changeset, extra), else: changeset
  end
end
