defmodule App.Blog.Category.Steps do
  @moduledoc """
  Functions that actions of `App.Blog.Category` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  def put_slug(%Ecto.Changeset{data: %{slug: nil}, changes: %{name: name} = changes} = changeset)
      when not is_map_key(changes, :slug) do
    put_change(changeset, :slug, slugify(name))
  end

  def put_slug(changeset), do: changeset

  defp slugify(name) do
    name
    |> String.downcase()
    |> String.replace(~r/[^a-z0-9]+/, "-")
    |> String.trim("-")
  end
end
