defmodule Legacy.Billing.OrderLine do
  use Ecto.Schema
  import Ecto.Changeset

  @required [:sku, :quantity, :unit_price]

  schema "order_lines" do
    field :sku, :string
    field :quantity, :integer, default: 1
    field :unit_price, :decimal

    belongs_to :order, Legacy.Billing.Order
  end

  def changeset(line, attrs) do
    line
    |> cast(attrs, @required)
    |> validate_required(@required)
    |> validate_length(:sku, max: 40)
    |> validate_number(:quantity, greater_than: 0, less_than_or_equal_to: 999)
    |> validate_number(:unit_price, greater_than_or_equal_to: 0)
    |> unique_constraint([:order_id, :sku],
      error_key: :sku,
      message: "is in the order already"
    )
    |> check_constraint(:quantity, name: :order_lines_quantity_check)
    |> foreign_key_constraint(:order_id, message: "is no order")
  end

  @doc "The price of a line that is being changed."
  def price(changeset) do
    changeset
    |> get_field(:unit_price)
    |> Decimal.mult(get_field(changeset, :quantity))
  end
end
