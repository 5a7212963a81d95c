defmodule Legacy.Blog.Post do
  use Ecto.Schema
  import Ecto.Changeset

  alias App.Accounts.User
  alias Legacy.Blog.{Category, Comment, Tag}

  @primary_key {:id, :binary_id, autogenerate: true}
  @timestamps_opts [type: :utc_datetime_usec]
  schema "posts" do
    field :title, :string
    field :slug, :string
    field :body, :string, default: ""
    field :status, Ecto.Enum, values: [:draft, :in_review, :published], default: :draft
    field :featured, :boolean, default: false
    field :keywords, {:array, :string}, default: []
    field :metadata, :map, default: %{}
    field :rating, :decimal
    field :score, :float, default: 0.0
    field :published_at, :utc_datetime_usec
    field :reading_minutes, :integer, read_after_writes: true

    belongs_to :author, User
    belongs_to :reviewer, User
    belongs_to :category, Category
    has_many :comments, Comment
    many_to_many :tags, Tag, join_through: "posts_tags", on_replace: :delete

    timestamps()
  end

  @fields [:title, :slug, :body, :featured, :keywords, :metadata, :rating, :category_id]

  def changeset(post, attrs) do
    post
    |> cast(attrs, @fields)
    |> validate_required([:title, :slug, :author_id])
    |> validate_length(:title, max: 255)
    |> validate_number(:rating, greater_than_or_equal_to: 0, less_than_or_equal_to: 10)
    |> unique_constraint(:slug)
    |> unique_constraint(:featured, name: :posts_one_featured_per_category_index)
    |> foreign_key_constraint(:category_id, name: :fk_rails_9b1b26f040)
    |> foreign_key_constraint(:author_id)
  end

  def publish_changeset(post, %User{} = reviewer, at) do
    post
    |> change(status: :published, reviewer_id: reviewer.id, published_at: at)
    |> check_constraint(:published_at, name: :posts_published_check)
  end
end
