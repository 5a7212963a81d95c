defmodule App.Repo.Migrations.CreateOrders do
  use Ecto.Migration

  def change do
    create table(:orders) do
      add :customer_id, references(:customers), null: false
      add :reference, :string, size: 32, null: false
      add :status, :string, size: 20, null: false, default: "cart"
      add :note, :text
      add :shipping, :map
      add :total, :decimal, precision: 12, scale: 2, null: false, default: 0
      add :placed_at, :utc_datetime
      add :lock_version, :integer, null: false, default: 1
      timestamps(type: :utc_datetime)
    end

    create unique_index(:orders, [:reference])
    create index(:orders, [:customer_id])

    create constraint(:orders, :orders_status_check,
             check: "status IN ('cart', 'placed', 'shipped', 'canceled')"
           )

    create constraint(:orders, :orders_placed_check,
             check: "status IN ('cart', 'canceled') OR placed_at IS NOT NULL"
           )

    create table(:order_lines) do
      add :order_id, references(:orders, on_delete: :delete_all), null: false
      add :sku, :string, size: 40, null: false
      add :quantity, :integer, null: false, default: 1
      add :unit_price, :decimal, precision: 10, scale: 2, null: false
    end

    create unique_index(:order_lines, [:order_id, :sku])
    create constraint(:order_lines, :order_lines_quantity_check, check: "quantity > 0")
  end
end
