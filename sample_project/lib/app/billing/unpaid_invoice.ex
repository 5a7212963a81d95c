defmodule App.Billing.UnpaidInvoice do
  use Ash.Resource,
    domain: App.Billing,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "unpaid_invoices"
    repo App.Repo
    migrate? false
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read]
  end

  attributes do
    attribute :year, :integer do
      public? true
    end

    attribute :number, :integer do
      public? true
    end

    attribute :customer_id, :integer do
      public? true
    end

    attribute :customer_name, :string do
      public? true
      constraints max_length: 255, trim?: false, allow_empty?: true
    end

    attribute :total, App.Types.Numeric do
      public? true
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :paid, :decimal do
      public? true
    end

    attribute :due_on, :date do
      public? true
    end
  end

  relationships do
    belongs_to :customer, App.Billing.Customer do
      define_attribute? false
      public? true
    end
  end
end
