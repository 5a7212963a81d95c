defmodule App.Repo.Migrations.CreateCoupons do
  use Ecto.Migration

  def change do
    create table(:coupons, primary_key: [name: :id, type: :identity]) do
      add :code, :string, size: 40, null: false
      add :percent_off, :percentage
      add :amount_off, :decimal, precision: 12, scale: 2
      add :plan_codes, {:array, :text}
      add :weekdays, {:array, :integer}, null: false, default: [1, 2, 3, 4, 5, 6, 7]
      add :redeemable, :daterange
      add :max_redemptions, :integer
      add :created_by_id, references(:users, on_delete: :nilify_all)
      timestamps(type: :utc_datetime)
    end

    create unique_index(:coupons, ["lower(code)"], name: :coupons_lower_code_index)

    create constraint(:coupons, :coupons_one_kind_of_discount,
             check: "num_nonnulls(percent_off, amount_off) = 1"
           )

    alter table(:invoice_lines) do
      add :coupon_id, references(:coupons)
    end

    create index(:invoice_lines, [:coupon_id])
  end
end
