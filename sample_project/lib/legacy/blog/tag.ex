defmodule Legacy.Blog.Tag do
  use Ecto.Schema
  import Ecto.Changeset

  schema "tags" do
    field :name, :string

    many_to_many :posts, Legacy.Blog.Post, join_through: "posts_tags"
    many_to_many :followers, App.Accounts.User, join_through: "users_followed_tags"

    timestamps(type: :utc_datetime, updated_at: false)
  end

  def changeset(tag, attrs) do
    tag
    |> cast(attrs, [:name])
    |> validate_required([:name])
    |> unique_constraint(:name)
  end
end
