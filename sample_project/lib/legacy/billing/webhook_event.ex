defmodule Legacy.Billing.WebhookEvent do
  use Ecto.Schema

  # The payment gateway (Node, Prisma) made this table and fills it.
  @primary_key {:id, :string, autogenerate: false}
  schema "WebhookEvent" do
    field :source, Ecto.Enum, values: [stripe: "STRIPE", paypal: "PAYPAL"], default: :stripe
    field :event_id, :string, source: :eventId
    field :event_type, :string, source: :eventType
    field :payload, Legacy.Types.Json
    field :attempt_count, :integer, source: :attemptCount, default: 0
    field :last_error, :string, source: :lastError
    field :received_at, :utc_datetime_usec, source: :receivedAt, read_after_writes: true
    field :processed_at, :utc_datetime_usec, source: :processedAt
    field :updated_at, :utc_datetime_usec, source: :updatedAt

    belongs_to :customer, Legacy.Billing.Customer, source: :customerId
  end
end
