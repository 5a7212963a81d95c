defmodule Legacy.Blog.Category do
  use Ecto.Schema
  import Ecto.Changeset

  # Rails made this table.
  schema "categories" do
    field :name, :string
    field :slug, :string
    field :position, :integer, default: 0
    field :boost, :float, default: 1.0

    has_many :posts, Legacy.Blog.Post

    timestamps(inserted_at: :created_at, type: :naive_datetime_usec)
  end

  def changeset(category, attrs) do
    category
    |> cast(attrs, [:name, :slug, :position, :boost])
    |> validate_required([:name, :slug])
    |> unique_constraint(:slug, name: :index_categories_on_slug)
  end
end
