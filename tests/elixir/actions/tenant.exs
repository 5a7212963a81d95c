# table tags: id :uuid!, organization_id :integer!, label :string!, colour :string, slug :string
# tenant organization_id
# writes changeset: create and update, label_changeset: create, paint_changeset: update
defmodule Legacy.Tag do
  use Ecto.Schema
  import Ecto.Changeset

  schema "tags" do
    field :label, :string
    field :colour, :string
    field :slug, :string
    field :organization_id, :integer
  end

  def changeset(tag, attrs) do
    tag
    |> cast(attrs, [:label, :colour, :organization_id])
    |> validate_required([:label, :organization_id])
    |> put_slug()
    |> unique_constraint([:label, :organization_id])
  end

  def label_changeset(tag, attrs) do
    tag
    |> cast(attrs, [:label])
    |> validate_required([:label])
  end

  def paint_changeset(tag, attrs) do
    tag
    |> cast(attrs, [:colour])
    |> cast(attrs, [:organization_id, :label])
    |> validate_required([:organization_id])
  end

  defp put_slug(changeset) do
    organization = get_change(changeset, :organization_id)
    put_change(changeset, :slug, "#{organization}-#{get_field(changeset, :label)}")
  end
end
