defmodule App.Billing.WebhookEvent do
  use Ash.Resource,
    domain: App.Billing,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "WebhookEvent"
    repo App.Repo
    migrate? false

    identity_index_names source_event_id: "WebhookEvent_source_eventId_key"

    references do
      reference :customer do
        name "WebhookEvent_customerId_fkey"
        on_delete :nilify
        on_update :update
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :source, App.Types.WebhookSource do
      allow_nil? false
      public? true
      default :stripe
    end

    attribute :event_id, :string do
      source :eventId
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :event_type, :string do
      source :eventType
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :payload, App.Types.LegacyJson do
      allow_nil? false
      public? true
    end

    attribute :customer_id, :integer do
      source :customerId
      public? true
    end

    attribute :attempt_count, :integer do
      source :attemptCount
      allow_nil? false
      public? true
      default 0
    end

    attribute :last_error, :string do
      source :lastError
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :received_at, :utc_datetime_usec do
      source :receivedAt
      allow_nil? false
      public? true
      generated? true
    end

    attribute :processed_at, :utc_datetime_usec do
      source :processedAt
      public? true
    end

    update_timestamp :updated_at do
      source :updatedAt
      public? true
    end
  end

  relationships do
    belongs_to :customer, App.Billing.Customer do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :source_event_id, [:source, :event_id]
  end
end
