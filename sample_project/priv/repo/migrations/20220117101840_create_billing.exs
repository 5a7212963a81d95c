defmodule App.Repo.Migrations.CreateBilling do
  use Ecto.Migration

  def up do
    execute "CREATE EXTENSION IF NOT EXISTS btree_gist"

    execute """
    CREATE DOMAIN email_address AS text
      CONSTRAINT email_address_check CHECK (VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+$')
    """

    execute """
    CREATE DOMAIN percentage AS numeric(5,2)
      CONSTRAINT percentage_check CHECK (VALUE >= 0 AND VALUE <= 100)
    """

    execute """
    CREATE TYPE subscription_status AS ENUM ('trialing', 'active', 'past_due', 'canceled')
    """

    execute "CREATE TYPE invoice_status AS ENUM ('draft', 'open', 'paid', 'void')"
    execute "CREATE TYPE payment_method AS ENUM ('card', 'sepa_debit', 'wire')"

    create table(:customers, comment: "One per paying user; the user can't go while it stays.") do
      add :user_id, references(:users, on_delete: :restrict), null: false
      add :name, :string, null: false
      add :billing_email, :email_address, null: false
      add :country, :char, size: 2
      add :tax_id, :string, size: 32, comment: "VAT number, without the country's prefix"

      add :balance, :decimal,
        precision: 12,
        scale: 2,
        null: false,
        default: 0,
        comment: "What we owe the customer; \"negative\" when it's the other way round"

      add :address, :map
      timestamps(type: :utc_datetime)
    end

    create unique_index(:customers, [:user_id])
    create unique_index(:customers, [:country, :tax_id], where: "tax_id IS NOT NULL")

    create table(:plans, primary_key: [name: :code, type: :string, size: 40]) do
      add :name, :string, null: false
      add :price, :decimal, precision: 12, scale: 2, null: false
      add :billing_period, :interval, null: false, default: fragment("'1 month'")
      add :trial_period, :interval
      add :features, {:array, :text}, null: false, default: []
      add :seat_tiers, {:array, :integer}, null: false, default: []
      add :retired_on, :date
      timestamps(type: :utc_datetime)
    end

    create constraint(:plans, :plans_price_check, check: "price >= 0")

    create table(:subscriptions) do
      add :customer_id, references(:customers), null: false

      add :plan_code,
          references(:plans,
            column: :code,
            type: :string,
            on_delete: :restrict,
            on_update: :update_all
          ),
          size: 40,
          null: false

      add :status, :subscription_status, null: false, default: "trialing"
      add :period, :daterange, null: false
      add :seats, :integer, null: false, default: 1
      add :discount, :percentage
      add :metadata, :map
      add :canceled_at, :timestamptz
      timestamps(type: :utc_datetime_usec)
    end

    create index(:subscriptions, [:plan_code])
    create constraint(:subscriptions, :seats_must_be_positive, check: "seats > 0")

    execute """
    ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_no_overlap
      EXCLUDE USING gist (customer_id WITH =, period WITH &&) WHERE (status <> 'canceled')
    """

    create table(:invoices, primary_key: false) do
      add :year, :smallint, primary_key: true
      add :number, :integer, primary_key: true
      add :customer_id, references(:customers), null: false
      add :subscription_id, references(:subscriptions, on_delete: :nilify_all)
      add :status, :invoice_status, null: false, default: "draft"
      add :currency, :char, size: 3, null: false, default: "EUR"
      add :subtotal, :decimal, precision: 12, scale: 2, null: false, default: 0
      add :tax, :decimal, precision: 12, scale: 2, null: false, default: 0

      add :total, :decimal,
        precision: 12,
        scale: 2,
        generated: "ALWAYS AS (subtotal + tax) STORED"

      add :issued_on, :date
      add :due_on, :date
      add :notes, :text
      timestamps(type: :utc_datetime)
    end

    create index(:invoices, [:customer_id])
    create index(:invoices, [:subscription_id])

    create unique_index(:invoices, [:customer_id],
             where: "status = 'draft'",
             name: :invoices_one_draft_per_customer_index
           )

    create constraint(:invoices, :invoices_due_after_issue, check: "due_on >= issued_on")

    create table(:invoice_lines, primary_key: false) do
      add :invoice_year,
          references(:invoices,
            name: "invoice_lines_invoice_fkey",
            column: :year,
            type: :smallint,
            with: [invoice_number: :number],
            on_delete: :delete_all,
            on_update: :update_all
          ),
          primary_key: true

      add :invoice_number, :integer, primary_key: true
      add :position, :smallint, primary_key: true
      add :description, :text, null: false
      add :quantity, :decimal, precision: 10, scale: 3, null: false, default: 1
      add :unit_price, :decimal, precision: 12, scale: 2, null: false

      add :amount, :decimal,
        precision: 14,
        scale: 2,
        generated: "ALWAYS AS (round(quantity * unit_price, 2)) STORED"

      add :meter_readings, {:array, :integer}
    end

    create constraint(:invoice_lines, :invoice_lines_quantity_check, check: "quantity > 0")

    create table(:payments, primary_key: false) do
      add :id, :uuid, primary_key: true, default: fragment("gen_random_uuid()")

      add :invoice_year,
          references(:invoices,
            name: "fk_payments_invoice",
            column: :year,
            type: :smallint,
            with: [invoice_number: :number]
          ),
          null: false

      add :invoice_number, :integer, null: false
      add :method, :payment_method, null: false
      add :amount, :decimal, precision: 12, scale: 2, null: false
      add :provider, :string, size: 20, null: false
      add :provider_ref, :string
      add :payload, :map
      add :settled_after, :interval
      add :payer_ip, :inet
      add :paid_at, :timestamptz, null: false
      timestamps(type: :utc_datetime, updated_at: false)
    end

    create index(:payments, [:invoice_year, :invoice_number])

    create unique_index(:payments, [:provider, :provider_ref], where: "provider_ref IS NOT NULL")

    create constraint(:payments, :payments_amount_check, check: "amount > 0")
  end

  def down do
    drop table(:payments)
    drop table(:invoice_lines)
    drop table(:invoices)
    drop table(:subscriptions)
    drop table(:plans)
    drop table(:customers)
    execute "DROP TYPE payment_method"
    execute "DROP TYPE invoice_status"
    execute "DROP TYPE subscription_status"
    execute "DROP DOMAIN percentage"
    execute "DROP DOMAIN email_address"
  end
end
