defmodule App.Billing.InvoiceLine do
  use Ash.Resource,
    domain: App.Billing,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Billing.InvoiceLine.Actions]

  postgres do
    table "invoice_lines"
    repo App.Repo
    migrate? false

    foreign_key_names [{:invoice_number, "invoice_lines_invoice_fkey"}]

    references do
      reference :invoice do
        on_delete :delete
        on_update :update
      end
    end

    check_constraints do
      check_constraint :quantity, "invoice_lines_quantity_check" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, update: :*]
  end

  attributes do
    attribute :invoice_year, App.Types.Int2 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :invoice_number, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :position, App.Types.Int2 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :description, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :quantity, App.Types.Numeric do
      allow_nil? false
      public? true
      default Decimal.new("1")
      constraints min: Decimal.new("-9999999.999"), max: Decimal.new("9999999.999")
    end

    attribute :unit_price, App.Types.Numeric do
      allow_nil? false
      public? true
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :amount, App.Types.Numeric do
      public? true
      generated? true
      writable? false
      constraints min: Decimal.new("-999999999999.99"), max: Decimal.new("999999999999.99")
    end

    attribute :meter_readings, {:array, :integer} do
      public? true
      constraints nil_items?: true
    end

    attribute :coupon_id, :integer do
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

    belongs_to :coupon, App.Billing.Coupon do
      define_attribute? false
      public? true
    end
  end
end
