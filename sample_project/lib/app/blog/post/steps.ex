defmodule App.Blog.Post.Steps do
  @moduledoc """
  Functions that actions of `App.Blog.Post` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  def put_status(changeset, reviewer, at) do
    changeset
    |> change(status: :published, reviewer_id: reviewer.id, published_at: at)
  end
end
