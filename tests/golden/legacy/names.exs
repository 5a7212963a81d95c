defmodule App.Accounts.User do
  use Ecto.Schema

  schema "users" do
    field :login, :string, source: :email
    field :password, :string, source: :passWord, redact: true
    field :note, :string, redact: true
    # A name that Ash keeps for itself.
    field :fragment, :string
    has_many :popular_posts, App.Blog.Post, foreign_key: :author_id, where: [popular: true]
    has_many :articles, App.Blog.Post, foreign_key: :author_id
    has_many :works, App.Blog.Post, foreign_key: :author_id
    has_many :likes, App.Blog.Like
    has_many :liked, through: [:likes, :post]
    # There can be one only.
    has_many :profiles, App.Accounts.Profile
  end
end

defmodule App.Blog.Author do
  use Ecto.Schema

  schema "users" do
    field :mail, :string, source: :email
    field :handle, :string, source: :nick
    has_many :reviews, App.Blog.Post, foreign_key: :reviewer_id
  end
end

defmodule App.Accounts.Profile do
  use Ecto.Schema

  schema "profiles" do
    belongs_to :owner, App.Accounts.User, foreign_key: :user_id
  end
end

defmodule App.Blog.Post do
  use Ecto.Schema

  schema "posts" do
    field :title, :string
    belongs_to :writer, App.Accounts.User, foreign_key: :author_id
    belongs_to :reviewer, App.Accounts.User
    belongs_to :parent, __MODULE__
    has_many :replies, __MODULE__, foreign_key: :parent_id
    has_many :taggings, App.Blog.Tagging
    has_many :labels, through: [:taggings, :tag]
    has_many :likes, App.Blog.Like
    many_to_many :fans, App.Accounts.User, join_through: App.Blog.Like
  end
end

defmodule App.Blog.Tag do
  use Ecto.Schema

  schema "tags" do
    field :name, :string
    many_to_many :posts, App.Blog.Post, join_through: "posts_tags"
  end
end

defmodule App.Blog.Tagging do
  use Ecto.Schema

  @primary_key false
  schema "posts_tags" do
    belongs_to :post, App.Blog.Post, primary_key: true
    belongs_to :tag, App.Blog.Tag, primary_key: true
  end
end

defmodule App.Blog.Like do
  use Ecto.Schema

  @primary_key false
  schema "likes" do
    belongs_to :user, App.Accounts.User, primary_key: true
    belongs_to :post, App.Blog.Post, primary_key: true
    field :weight, :integer
  end
end
