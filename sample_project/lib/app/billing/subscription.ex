defmodule App.Billing.Subscription do
  use Ash.Resource,
    domain: App.Billing,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Billing.Subscription.Actions]

  postgres do
    table "subscriptions"
    repo App.Repo
    migrate? false

    exclusion_constraint_names [
      {:period, "subscriptions_no_overlap", "overlaps another subscription"}
    ]

    references do
      reference :plan do
        on_delete :restrict
        on_update :update
      end
    end

    check_constraints do
      check_constraint :discount, "percentage_check" do
        message "must be from 0 to 100"
      end

      check_constraint :seats, "seats_must_be_positive" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :customer_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :plan_code, :string do
      allow_nil? false
      public? true
      constraints max_length: 40, trim?: false, allow_empty?: true
    end

    attribute :status, App.Types.SubscriptionStatus do
      allow_nil? false
      public? true
      default :trialing
    end

    attribute :period, App.Types.LegacyDateRange do
      allow_nil? false
      public? true
    end

    attribute :seats, :integer do
      allow_nil? false
      public? true
      default 1
    end

    attribute :discount, App.Types.Percentage do
      public? true
    end

    attribute :metadata, App.Types.LegacyJson do
      public? true
    end

    attribute :canceled_at, AshPostgres.TimestamptzUsec do
      public? true
    end

    create_timestamp :inserted_at do
      public? true
    end

    update_timestamp :updated_at do
      public? true
    end
  end

  relationships do
    belongs_to :customer, App.Billing.Customer do
      define_attribute? false
      public? true
    end

    belongs_to :plan, App.Billing.Plan do
      source_attribute :plan_code
      destination_attribute :code
      define_attribute? false
      public? true
    end

    has_many :invoices, App.Billing.Invoice do
      public? true
    end
  end
end
