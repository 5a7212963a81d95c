defmodule App.Billing.Coupon do
  use Ash.Resource,
    domain: App.Billing,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Billing.Coupon.Actions]

  postgres do
    table "coupons"
    repo App.Repo
    migrate? false

    # coupons_lower_code_index: lower((code)::text)
    unique_index_names [{[:code], "coupons_lower_code_index"}]

    foreign_key_names [{:id, "invoice_lines_coupon_id_fkey", "would leave records behind"}]

    references do
      reference :created_by do
        on_delete :nilify
      end
    end

    check_constraints do
      check_constraint :amount_off, "coupons_one_kind_of_discount" do
        message "can't be given together with a percentage"
      end

      check_constraint :percent_off, "percentage_check" do
        message "must be from 0 to 100"
      end
    end
  end

  actions do
    defaults [:read, :destroy, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :code, :string do
      allow_nil? false
      public? true
      constraints max_length: 40, trim?: false, allow_empty?: true
    end

    attribute :percent_off, App.Types.Percentage do
      public? true
    end

    attribute :amount_off, App.Types.Numeric do
      public? true
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :plan_codes, {:array, :string} do
      public? true
      constraints nil_items?: true, items: [trim?: false, allow_empty?: true]
    end

    attribute :weekdays, {:array, :integer} do
      allow_nil? false
      public? true
      generated? true
      constraints nil_items?: true
    end

    attribute :redeemable, App.Types.LegacyDateRange do
      public? true
    end

    attribute :max_redemptions, :integer do
      public? true
    end

    attribute :created_by_id, :integer do
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
    belongs_to :created_by, App.Accounts.Resources.User do
      define_attribute? false
      public? true
    end

    has_many :invoice_lines, App.Billing.InvoiceLine do
      public? true
    end
  end
end
