defmodule App.Billing.Plan do
  use Ash.Resource,
    domain: App.Billing,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Billing.Plan.Actions]

  postgres do
    table "plans"
    repo App.Repo
    migrate? false

    foreign_key_names [{:code, "subscriptions_plan_code_fkey", "would leave records behind"}]

    check_constraints do
      check_constraint :price, "plans_price_check" do
        message "can't be below zero"
      end
    end
  end

  actions do
    defaults [:read, :destroy]
  end

  attributes do
    attribute :code, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints max_length: 40, trim?: false, allow_empty?: true
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints max_length: 255, trim?: false, allow_empty?: true
    end

    attribute :price, App.Types.Numeric do
      allow_nil? false
      public? true
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :billing_period, App.Types.LegacyInterval do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :trial_period, App.Types.LegacyInterval do
      public? true
    end

    attribute :features, {:array, :string} do
      allow_nil? false
      public? true
      default []
      constraints nil_items?: true, items: [trim?: false, allow_empty?: true]
    end

    attribute :seat_tiers, {:array, :integer} do
      allow_nil? false
      public? true
      default []
      constraints nil_items?: true
    end

    attribute :retired_on, :date do
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
    has_many :subscriptions, App.Billing.Subscription do
      source_attribute :code
      destination_attribute :plan_code
      public? true
    end
  end
end
