# table posts: id :uuid!, title :string!, edited_at :utc_datetime
# writes changeset: both create update
defmodule Legacy.Blog.Post do
  use Ecto.Schema
  import Ecto.Changeset

  schema "posts" do
    field :title, :string
    field :edited_at, :utc_datetime
  end

  def changeset(post, attrs), do: cast(post, attrs, [:title])
end

defmodule Legacy.Blog do
  import Ecto.Changeset
  alias Legacy.Blog.Post

  def create_post(attrs), do: %Post{} |> Post.changeset(attrs) |> put_tags(attrs) |> Repo.insert()

  def create_post!(attrs) do
    %Post{} |> Post.changeset(attrs) |> put_tags(attrs) |> Repo.insert!()
  end

  def update_post(post, attrs) do
    changeset =
      post
      |> Post.changeset(attrs)
      |> put_tags(attrs)
      |> put_change(:edited_at, DateTime.utc_now(:second))

    Repo.update(changeset)
  end

  defp put_tags(changeset, %{tags: tags}), do: put_assoc(changeset, :tags, tags)
  defp put_tags(changeset, _attrs), do: changeset
end
