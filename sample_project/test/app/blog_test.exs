defmodule App.BlogTest do
  use App.DataCase, async: true

  alias App.Blog.{Category, Post, PostTag, Tag}

  defp post!(attributes \\ %{}) do
    number = System.unique_integer([:positive])
    author = user!()
    defaults = %{author_id: author.id, title: "Post", slug: "post-#{number}"}
    create!(Post, Map.merge(defaults, attributes))
  end

  test "a post has an author, a category and tags" do
    category = create!(Category, %{name: "News", slug: "news-of-the-day"})
    tag = create!(Tag, %{name: "elixir-and-ash"})
    post = post!(%{category_id: category.id})
    create!(PostTag, %{post_id: post.id, tag_id: tag.id})

    post = Ash.load!(post, [:author, :category, :tags])
    assert post.author.id == post.author_id
    assert post.category.slug == "news-of-the-day"
    assert Enum.map(post.tags, &to_string(&1.name)) == ["elixir-and-ash"]
    assert [%{id: id}] = Ash.load!(tag, :posts).posts
    assert id == post.id
  end

  test "a category that has posts can't go" do
    category = create!(Category, %{name: "Kept", slug: "kept"})
    post!(%{category_id: category.id})
    assert error_fields(Ash.destroy(category)) == [:posts]
  end

  test "a published post has a date" do
    post = post!()

    published =
      post
      |> Ash.Changeset.for_update(:update)
      |> Ash.Changeset.force_change_attribute(:status, :published)
      |> Ash.update()

    assert error_fields(published) == [:published_at]
  end

  test "a post's author is there" do
    post = create(Post, %{author_id: 0, title: "Nobody's", slug: "nobodys"})
    assert error_fields(post) == [:author_id]
  end
end
