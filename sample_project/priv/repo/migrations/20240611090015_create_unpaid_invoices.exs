defmodule App.Repo.Migrations.CreateUnpaidInvoices do
  use Ecto.Migration

  def up do
    alter table(:invoices) do
      add :reminders_sent, :smallint, null: false, default: 0
    end

    execute """
    CREATE VIEW unpaid_invoices AS
    SELECT i.year,
           i.number,
           i.customer_id,
           c.name AS customer_name,
           i.total,
           coalesce(p.paid, 0) AS paid,
           i.due_on
      FROM invoices i
      JOIN customers c ON c.id = i.customer_id
      LEFT JOIN (
             SELECT invoice_year, invoice_number, sum(amount) AS paid
               FROM payments
              GROUP BY invoice_year, invoice_number
           ) p ON p.invoice_year = i.year AND p.invoice_number = i.number
     WHERE i.status = 'open' AND i.total > coalesce(p.paid, 0)
    """
  end

  def down do
    execute "DROP VIEW unpaid_invoices"

    alter table(:invoices) do
      remove :reminders_sent
    end
  end
end
