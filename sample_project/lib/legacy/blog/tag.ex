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
    |> update_change(:name, &String.trim/1)
    |> validate_required([:name])
    |> validate_length(:name, max: 60)
    |> unique_constraint(:name, message: "is a tag already")
  end
end
