defmodule Legacy.Billing.Payment do
  use Ecto.Schema
  import Ecto.Changeset

  alias Legacy.Billing.Invoice

  @primary_key {:id, :binary_id, read_after_writes: true}
  schema "payments" do
    field :invoice_year, :integer
    field :invoice_number, :integer
    field :method, Ecto.Enum, values: [:card, :sepa_debit, :wire]
    field :amount, :decimal
    field :provider, :string
    field :provider_ref, :string
    field :payload, Legacy.Types.Json
    field :settled_after, Legacy.Types.Interval
    field :payer_ip, Legacy.Types.Inet
    field :paid_at, :utc_datetime_usec

    timestamps(type: :utc_datetime, updated_at: false)
  end

  def changeset(payment, %Invoice{} = invoice, attrs) do
    payment
    |> cast(attrs, [
      :method,
      :amount,
      :provider,
      :provider_ref,
      :payload,
      :settled_after,
      :payer_ip,
      :paid_at
    ])
    |> put_change(:invoice_year, invoice.year)
    |> put_change(:invoice_number, invoice.number)
    |> validate_required([:method, :amount, :provider, :paid_at])
    |> validate_number(:amount, greater_than: 0)
    |> unique_constraint(:provider_ref, name: :payments_provider_provider_ref_index)
    |> check_constraint(:amount, name: :payments_amount_check)
    |> foreign_key_constraint(:invoice_number, name: :fk_payments_invoice)
  end
end
