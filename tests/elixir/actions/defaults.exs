# table posts: id :uuid!, title :string, published_at :utc_datetime
# writes changeset: create
defmodule Legacy.Blog.Post do
  use Ecto.Schema
  import Ecto.Changeset

  schema "posts" do
    field :title, :string
    field :published_at, :utc_datetime
    field :kind, Ecto.Enum, values: [:note, :story], virtual: true
    field :labels, {:array, :string}, virtual: true, default: []
    field :token, Legacy.Token, virtual: true
  end

  def changeset(post, attrs, at \\ DateTime.utc_now(), words \\ default_words(), extra \\ %{}) do
    post
    |> cast(attrs, [:title, :kind, :labels, :token])
    |> put_change(:published_at, at)
    |> check(words, extra)
  end

  def check(changeset, words, extra) do
    if get_field(changeset, :title) in words, do: change(changeset, extra), else: changeset
  end

  defp default_words, do: ["a"]
end
