# table orders: id :uuid!, reference :string!, address :map
# table order_lines: id :uuid!, order_id :uuid!, sku :string!, quantity :integer!
# writes changeset: create update
defmodule Legacy.Shop.Order do
  use Ecto.Schema
  import Ecto.Changeset

  schema "orders" do
    field :reference, :string
    embeds_one :address, Legacy.Shop.Address, on_replace: :update
    has_many :lines, Legacy.Shop.OrderLine, on_replace: :delete
  end

  def changeset(order, attrs) do
    order
    |> cast(attrs, [:reference])
    |> cast_assoc(:lines, required: true, with: &Legacy.Shop.OrderLine.changeset/2)
    |> cast_embed(:address, required: true)
    |> cast_assoc(:notes)
  end
end

defmodule Legacy.Shop.OrderLine do
  use Ecto.Schema
  import Ecto.Changeset

  schema "order_lines" do
    field :sku, :string
    field :quantity, :integer
    belongs_to :order, Legacy.Shop.Order
  end

  def changeset(line, attrs) do
    line
    |> cast(attrs, [:sku, :quantity])
    |> validate_required([:sku])
    |> validate_number(:quantity, greater_than: 0)
  end
end

defmodule Legacy.Shop.Address do
  use Ecto.Schema
  import Ecto.Changeset

  embedded_schema do
    field :city, :string
  end

  def changeset(address, attrs), do: cast(address, attrs, [:city])
end
