defmodule Legacy.Billing.Invoice do
  use Ecto.Schema
  import Ecto.Changeset

  @primary_key false
  schema "invoices" do
    field :year, :integer, primary_key: true
    field :number, :integer, primary_key: true
    field :status, Ecto.Enum, values: [:draft, :open, :paid, :void], default: :draft
    field :currency, :string, default: "EUR"
    field :subtotal, :decimal, default: Decimal.new("0.00")
    field :tax, :decimal, default: Decimal.new("0.00")
    field :total, :decimal, read_after_writes: true
    field :issued_on, :date
    field :due_on, :date
    field :notes, :string
    field :reminders_sent, :integer, default: 0

    belongs_to :customer, Legacy.Billing.Customer
    belongs_to :subscription, Legacy.Billing.Subscription

    timestamps(type: :utc_datetime)
  end

  def changeset(invoice, attrs) do
    invoice
    |> cast(attrs, [:status, :currency, :tax, :issued_on, :due_on, :notes, :subscription_id])
    |> validate_required([:year, :number, :customer_id, :currency])
    |> validate_length(:currency, is: 3)
    |> unique_constraint([:year, :number], name: :invoices_pkey)
    |> unique_constraint(:status,
      name: :invoices_one_draft_per_customer_index,
      message: "there is a draft already"
    )
    |> check_constraint(:due_on, name: :invoices_due_after_issue)
    |> foreign_key_constraint(:subscription_id)
  end

  @doc """
  Takes an invoice back. Its notes say why.
  """
  def void_changeset(invoice, attrs) do
    with %{valid?: true} = changeset <- cast(invoice, attrs, [:notes]) do
      changeset
      |> put_change(:status, :void)
      |> validate_required([:notes])
      |> validate_length(:notes, min: 10)
    end
  end
end
