defmodule App.Billing.Payment do
  use Ash.Resource,
    domain: App.Billing,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Billing.Payment.Actions]

  postgres do
    table "payments"
    repo App.Repo
    migrate? false

    identity_wheres_to_sql provider_provider_ref: "(provider_ref IS NOT NULL)"

    foreign_key_names [{:invoice_number, "fk_payments_invoice"}]

    check_constraints do
      check_constraint :amount, "payments_amount_check" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, update: :*]
  end

  attributes do
    uuid_primary_key :id

    attribute :invoice_year, App.Types.Int2 do
      allow_nil? false
      public? true
    end

    attribute :invoice_number, App.Types.Int4 do
      allow_nil? false
      public? true
    end

    attribute :method, App.Types.PaymentMethod do
      allow_nil? false
      public? true
    end

    attribute :amount, App.Types.Numeric do
      allow_nil? false
      public? true
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :provider, :string do
      allow_nil? false
      public? true
      constraints max_length: 20, trim?: false, allow_empty?: true
    end

    attribute :provider_ref, :string do
      public? true
      constraints max_length: 255, trim?: false, allow_empty?: true
    end

    attribute :payload, App.Types.LegacyJson do
      public? true
    end

    attribute :settled_after, App.Types.LegacyInterval do
      public? true
    end

    attribute :payer_ip, App.Types.LegacyInet do
      public? true
    end

    attribute :paid_at, AshPostgres.TimestamptzUsec do
      allow_nil? false
      public? true
    end

    create_timestamp :inserted_at do
      type :utc_datetime
      public? true
    end
  end

  relationships do
    belongs_to :invoice, App.Billing.Invoice do
      source_attribute :invoice_year
      destination_attribute :year
      define_attribute? false
      filter expr(number == parent(invoice_number))
      public? true
    end
  end

  identities do
    identity :provider_provider_ref, [:provider, :provider_ref] do
      where expr(not is_nil(provider_ref))
      field_names [:provider_ref]
    end
  end
end
