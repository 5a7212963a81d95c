defmodule Legacy.BlogTest do
  @moduledoc "What `Legacy.Blog` does through Ecto."
  use App.DataCase, async: true

  alias App.Accounts
  alias Legacy.Blog

  defp author! do
    number = System.unique_integer([:positive])
    email = "author#{number}@example.com"
    {:ok, user} = Accounts.register_user(%{email: email, password: "correct horse battery"})
    user
  end

  defp post!(author, attributes \\ %{}) do
    slug = "post-#{System.unique_integer([:positive])}"
    {:ok, post} = Blog.create_post(author, Map.merge(%{title: "Post", slug: slug}, attributes))
    post
  end

  test "tags are trimmed, and there once" do
    {:ok, tag} = Blog.create_tag(%{"name" => "  legacy tag "})
    assert Blog.get_tag_by_name("legacy tag").id == tag.id
    {:error, changeset} = Blog.create_tag(%{"name" => "legacy tag"})
    assert errors_on(changeset) == %{name: ["is a tag already"]}
    {:error, changeset} = Blog.update_tag(tag, %{"name" => String.duplicate("x", 61)})
    assert errors_on(changeset) == %{name: ["should be at most 60 character(s)"]}
    assert {:ok, _} = Blog.delete_tag(Blog.get_tag!(tag.id))
  end

  describe "categories" do
    test "get a slug from their name" do
      {:ok, category} = Blog.create_category(%{"name" => "Küche & Kultur"})
      assert category.slug == "k-che-kultur"
      {:ok, renamed} = Blog.update_category(category, %{"name" => "Kitchen"})
      assert renamed.slug == "k-che-kultur"
    end

    test "have a slug of their own, and not one of ours" do
      {:ok, _} = Blog.create_category(%{"name" => "Legacy news"})
      {:error, changeset} = Blog.create_category(%{"name" => "x", "slug" => "legacy-news"})
      assert errors_on(changeset) == %{slug: ["has already been taken"]}
      changeset = Blog.change_category(%Legacy.Blog.Category{}, %{"name" => "New"})
      assert errors_on(changeset) == %{slug: ["is reserved"]}
    end

    test "go without posts only" do
      {:ok, category} = Blog.create_category(%{"name" => "Kept for now"})
      post!(author!(), %{category_id: category.id})
      {:error, changeset} = Blog.delete_category(category)
      assert errors_on(changeset) == %{posts: ["are still in it"]}
    end
  end

  test "a post is published by a reviewer" do
    author = author!()
    {:ok, post} = Blog.publish_post(post!(author), author)
    assert post.status == :published
    assert post.reviewer_id == author.id
    {:error, changeset} = Blog.update_post(post, %{rating: "10.1", title: nil})

    assert errors_on(changeset) == %{
             rating: ["must be less than or equal to 10"],
             title: ["can't be blank"]
           }
  end

  test "a comment is edited, moderated and kept for its replies" do
    author = author!()
    post = post!(author)
    {:ok, comment} = Blog.create_comment(post, author, %{"body" => "First"})
    {:ok, edited} = Blog.edit_comment(comment, %{"body" => "First!"})
    assert edited.edited_at
    assert {:ok, %{state: :hidden}} = Blog.moderate_comment(comment, %{"state" => "hidden"})

    {:ok, _reply} = Blog.reply_to(comment, nil, %{"body" => "Second"})
    {:error, changeset} = Blog.delete_comment(comment)
    assert errors_on(changeset) == %{replies: ["are still associated with this entry"]}

    {:error, changeset} = Blog.reply_to(%{comment | depth: 8}, nil, %{"body" => "Too deep"})
    assert errors_on(changeset) == %{depth: ["is too deep"]}
  end
end
