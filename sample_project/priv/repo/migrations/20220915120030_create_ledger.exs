defmodule App.Repo.Migrations.CreateLedger do
  use Ecto.Migration

  def change do
    execute "CREATE SCHEMA ledger", "DROP SCHEMA ledger"

    execute "CREATE TYPE ledger.account_kind AS ENUM ('asset', 'liability', 'income', 'expense')",
            "DROP TYPE ledger.account_kind"

    execute "CREATE TYPE ledger.entry_side AS ENUM ('debit', 'credit')",
            "DROP TYPE ledger.entry_side"

    create table(:accounts,
             prefix: "ledger",
             primary_key: [name: :code, type: :string, size: 16]
           ) do
      add :name, :string, null: false
      add :kind, :"ledger.account_kind", null: false
      add :parent_code, references(:accounts, column: :code, type: :string), size: 16
      add :closed, :boolean, null: false, default: false
    end

    create table(:entries,
             prefix: "ledger",
             primary_key: false,
             comment: "Double entry. Rows are never changed, only reversed."
           ) do
      add :id, :bigint, primary_key: true, generated: "ALWAYS AS IDENTITY"

      add :account_code, references(:accounts, column: :code, type: :string),
        size: 16,
        null: false

      add :invoice_year,
          references(:invoices,
            prefix: "public",
            name: "entries_invoice_fkey",
            column: :year,
            type: :smallint,
            with: [invoice_number: :number],
            on_delete: :restrict
          )

      add :invoice_number, :integer
      add :side, :"ledger.entry_side", null: false
      add :amount, :decimal, precision: 14, scale: 4, null: false
      add :booked_on, :date, null: false
      add :booked_at, :timestamptz, null: false, default: fragment("now()")
      add :memo, :text
      add :recorded_by_id, references(:users, prefix: "public", on_delete: :nilify_all)
    end

    create index(:entries, [:account_code, :booked_on], prefix: "ledger")
    create index(:entries, [:invoice_year, :invoice_number], prefix: "ledger")

    create constraint(:entries, :entries_amount_check, prefix: "ledger", check: "amount > 0")
  end
end
