defmodule App.Billing.OrderLine do
  use Ash.Resource,
    domain: App.Billing,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Billing.OrderLine.Actions]

  postgres do
    table "order_lines"
    repo App.Repo
    migrate? false

    references do
      reference :order do
        on_delete :delete
      end
    end

    check_constraints do
      check_constraint :quantity, "order_lines_quantity_check" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy]
  end

  attributes do
    integer_primary_key :id

    attribute :order_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :sku, :string do
      allow_nil? false
      public? true
      constraints max_length: 40, trim?: false, allow_empty?: true
    end

    attribute :quantity, :integer do
      allow_nil? false
      public? true
      default 1
    end

    attribute :unit_price, App.Types.Numeric do
      allow_nil? false
      public? true
      constraints min: Decimal.new("-99999999.99"), max: Decimal.new("99999999.99")
    end
  end

  relationships do
    belongs_to :order, App.Billing.Order do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :order_id_sku, [:order_id, :sku] do
      field_names [:sku]
      message "is in the order already"
    end
  end
end
