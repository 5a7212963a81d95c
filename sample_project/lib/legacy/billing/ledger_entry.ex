defmodule Legacy.Billing.LedgerEntry do
  use Ecto.Schema

  alias Legacy.Billing.{LedgerAccount, Payment}

  @schema_prefix "ledger"
  schema "entries" do
    field :invoice_year, :integer
    field :invoice_number, :integer
    field :side, Ecto.Enum, values: [:debit, :credit]
    field :amount, :decimal
    field :booked_on, :date
    field :booked_at, :utc_datetime_usec, read_after_writes: true
    field :memo, :string

    belongs_to :account, LedgerAccount,
      foreign_key: :account_code,
      references: :code,
      type: :string

    belongs_to :recorded_by, App.Accounts.User
  end

  @doc """
  The two rows that book a payment: bank against receivables.
  """
  def for_payment(%Payment{} = payment) do
    row = %{
      invoice_year: payment.invoice_year,
      invoice_number: payment.invoice_number,
      amount: payment.amount,
      booked_on: DateTime.to_date(payment.paid_at)
    }

    [
      Map.merge(row, %{account_code: "1200", side: :debit}),
      Map.merge(row, %{account_code: "1400", side: :credit})
    ]
  end
end
