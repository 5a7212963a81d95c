defmodule Legacy.Blog do
  @moduledoc """
  Posts, their comments and tags.
  """

  import Ecto.Changeset
  import Ecto.Query

  alias App.Accounts.User
  alias App.Repo
  alias Legacy.Blog.{Category, Comment, Post, Tag}

  ## Posts

  def list_posts(opts \\ []) do
    Post
    |> filter_posts(Keyword.take(opts, [:status, :author_id, :category_id, :tag]))
    |> order_by([p], desc_nulls_last: p.published_at, asc: p.slug)
    |> limit(^Keyword.get(opts, :limit, 50))
    |> preload([:author, :category, :tags])
    |> Repo.all()
  end

  defp filter_posts(query, filters) do
    Enum.reduce(filters, query, fn
      {:tag, name}, query ->
        where(query, [p], p.id in subquery(tagged_post_ids(name)))

      {field, value}, query ->
        where(query, [p], field(p, ^field) == ^value)
    end)
  end

  defp tagged_post_ids(name) do
    from pt in "posts_tags",
      join: t in Tag,
      on: t.id == pt.tag_id,
      where: t.name == ^name,
      select: type(pt.post_id, :binary_id)
  end

  @doc """
  Full-text search over published posts, best first.
  """
  def search_posts(text) do
    Repo.all(
      from p in Post,
        where: p.status == :published,
        where: fragment("search @@ websearch_to_tsquery('english', ?)", ^text),
        order_by: [
          desc: fragment("ts_rank(search, websearch_to_tsquery('english', ?))", ^text),
          asc: p.id
        ]
    )
  end

  def get_post!(id), do: Post |> Repo.get!(id) |> Repo.preload([:author, :reviewer, :tags])

  def get_post_by_slug(slug), do: Repo.get_by(Post, slug: slug)

  def create_post(%User{} = author, attrs) do
    %Post{author_id: author.id}
    |> Post.changeset(attrs)
    |> put_tags(attrs)
    |> Repo.insert()
  end

  def update_post(%Post{} = post, attrs) do
    post
    |> Repo.preload(:tags)
    |> Post.changeset(attrs)
    |> put_tags(attrs)
    |> Repo.update()
  end

  def publish_post(%Post{} = post, reviewer) do
    post
    |> Post.publish_changeset(reviewer, DateTime.utc_now())
    |> Repo.update()
  end

  def delete_post(%Post{} = post), do: Repo.delete(post)

  defp put_tags(changeset, %{tag_names: names}) do
    put_assoc(changeset, :tags, ensure_tags(names))
  end

  defp put_tags(changeset, _attrs), do: changeset

  ## Tags

  def list_tags, do: Repo.all(Tag)

  def get_tag!(id), do: Repo.get!(Tag, id)

  def get_tag_by_name(name), do: Repo.get_by(Tag, name: name)

  def create_tag(attrs \\ %{}) do
    %Tag{}
    |> Tag.changeset(attrs)
    |> Repo.insert()
  end

  def update_tag(%Tag{} = tag, attrs) do
    tag
    |> Tag.changeset(attrs)
    |> Repo.update()
  end

  def delete_tag(%Tag{} = tag), do: Repo.delete(tag)

  def ensure_tags(names) do
    now = DateTime.utc_now(:second)
    rows = names |> Enum.uniq() |> Enum.map(&%{name: &1, inserted_at: now})

    Repo.insert_all(Tag, rows, on_conflict: :nothing, conflict_target: :name)
    Repo.all(from t in Tag, where: t.name in ^names)
  end

  def popular_tags(limit \\ 10) do
    Repo.all(
      from t in Tag,
        join: p in assoc(t, :posts),
        where: p.status == :published,
        group_by: t.id,
        order_by: [desc: count(p.id), asc: t.name],
        limit: ^limit,
        select: {t, count(p.id)}
    )
  end

  ## Comments

  def list_comments(%Post{id: post_id}) do
    Repo.all(
      from c in Comment,
        where: c.post_id == ^post_id and c.state == :visible,
        order_by: [asc: c.inserted_at, asc: c.id],
        preload: [:author, :replies]
    )
  end

  def create_comment(%Post{id: post_id}, author, attrs) do
    %Comment{post_id: post_id, author_id: author && author.id}
    |> Comment.changeset(attrs)
    |> Repo.insert()
  end

  def reply_to(%Comment{} = parent, author, attrs) do
    %Comment{
      post_id: parent.post_id,
      parent_id: parent.id,
      depth: parent.depth + 1,
      author_id: author && author.id
    }
    |> Comment.changeset(attrs)
    |> Repo.insert()
  end

  def edit_comment(%Comment{} = comment, attrs) do
    comment
    |> Comment.changeset(attrs)
    |> put_change(:edited_at, NaiveDateTime.utc_now())
    |> Repo.update()
  end

  def moderate_comment(%Comment{} = comment, attrs) do
    comment
    |> moderation_changeset(attrs)
    |> Repo.update()
  end

  defp moderation_changeset(comment, attrs) do
    comment
    |> cast(attrs, [:state])
    |> validate_required([:state])
  end

  @doc """
  A comment with replies can't be deleted, only hidden.
  """
  def delete_comment(%Comment{} = comment) do
    comment
    |> change()
    |> no_assoc_constraint(:replies, name: :comments_parent_id_fkey)
    |> Repo.delete()
  end

  ## Categories

  def list_categories do
    Repo.all(from c in Category, order_by: [asc: c.position, asc: c.name])
  end

  def get_category!(id), do: Repo.get!(Category, id)

  def create_category(attrs) do
    %Category{}
    |> Category.changeset(attrs)
    |> Repo.insert()
  end

  def update_category(%Category{} = category, attrs) do
    category
    |> Category.changeset(attrs)
    |> Repo.update()
  end

  def change_category(%Category{} = category, attrs \\ %{}) do
    Category.changeset(category, attrs)
  end

  def delete_category(%Category{} = category) do
    category
    |> change()
    |> foreign_key_constraint(:posts, name: :fk_rails_9b1b26f040, message: "are still in it")
    |> Repo.delete()
  end
end
