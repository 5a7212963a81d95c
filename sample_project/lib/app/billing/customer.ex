defmodule App.Billing.Customer do
  use Ash.Resource,
    domain: App.Billing,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Billing.Customer.Actions]

  postgres do
    table "customers"
    repo App.Repo
    migrate? false

    identity_wheres_to_sql country_tax_id: "(tax_id IS NOT NULL)"

    foreign_key_names [
      {:id, "invoices_customer_id_fkey", "would leave records behind"},
      {:id, "orders_customer_id_fkey", "would leave records behind"},
      {:id, "subscriptions_customer_id_fkey", "would leave records behind"}
    ]

    references do
      reference :user do
        on_delete :restrict
      end
    end

    check_constraints do
      check_constraint :billing_email, "email_address_check" do
        message "is not an address"
      end
    end
  end

  resource do
    description "One per paying user; the user can't go while it stays."
  end

  actions do
    defaults [:read, :destroy]
  end

  attributes do
    integer_primary_key :id

    attribute :user_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints max_length: 255, trim?: false, allow_empty?: true
    end

    attribute :billing_email, App.Types.EmailAddress do
      allow_nil? false
      public? true
    end

    attribute :country, App.Types.Bpchar do
      public? true
      constraints max_length: 2
    end

    attribute :tax_id, :string do
      description "VAT number, without the country's prefix"
      public? true
      constraints max_length: 32, trim?: false, allow_empty?: true
    end

    attribute :balance, App.Types.Numeric do
      description "What we owe the customer; \"negative\" when it's the other way round"
      allow_nil? false
      public? true
      default Decimal.new("0")
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :address, :map do
      public? true
    end

    create_timestamp :inserted_at do
      type :utc_datetime
      public? true
    end

    update_timestamp :updated_at do
      type :utc_datetime
      public? true
    end
  end

  relationships do
    belongs_to :user, App.Accounts.Resources.User do
      define_attribute? false
      public? true
    end

    has_many :webhook_events, App.Billing.WebhookEvent do
      public? true
    end

    has_many :invoices, App.Billing.Invoice do
      public? true
    end

    has_many :orders, App.Billing.Order do
      public? true
    end

    has_many :subscriptions, App.Billing.Subscription do
      public? true
    end
  end

  identities do
    identity :user_id, [:user_id]

    identity :country_tax_id, [:country, :tax_id] do
      where expr(not is_nil(tax_id))
      field_names [:tax_id]
    end
  end
end
