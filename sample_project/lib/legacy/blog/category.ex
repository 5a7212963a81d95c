defmodule Legacy.Blog.Category do
  use Ecto.Schema
  import Ecto.Changeset

  @reserved ~w(all new search)

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
    |> put_slug()
    |> validate_required([:name, :slug])
    |> validate_exclusion(:slug, @reserved)
    |> unsafe_validate_unique([:slug], App.Repo, error_key: :slug)
    |> unique_constraint(:slug, name: :index_categories_on_slug)
  end

  # A slug that isn't given is made of the name.
  defp put_slug(%Ecto.Changeset{data: %{slug: nil}, changes: %{name: name} = changes} = changeset)
       when not is_map_key(changes, :slug) do
    put_change(changeset, :slug, slugify(name))
  end

  defp put_slug(changeset), do: changeset

  defp slugify(name) do
    name
    |> String.downcase()
    |> String.replace(~r/[^a-z0-9]+/, "-")
    |> String.trim("-")
  end
end
