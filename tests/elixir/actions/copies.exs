# table posts: id :uuid!, title :string, slug :string
# writes changeset: create, edit_changeset: update
defmodule Legacy.Blog.Post do
  use Ecto.Schema
  import Ecto.Changeset
  alias Legacy.Blog.Slug, as: S

  @words ~w(a an the)

  schema "posts" do
    field :title, :string
    field :slug, :string
  end

  def changeset(post, attrs, author \\ nil, opts) do
    post
    |> cast(attrs, [:title])
    |> put_slug(opts[:words])
    |> check_author(author)
  end

  def edit_changeset(post, attrs) do
    changeset = cast(post, attrs, [:title])

    if get_change(changeset, :title) do
      put_slug(changeset, @words)
    else
      changeset
    end
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

  defp check_author(changeset, %{id: _}), do: changeset
  defp check_author(changeset, nil), do: add_error(changeset, :title, "has no author")
end
