defmodule App.Billing.Order do
  use Ash.Resource,
    domain: App.Billing,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Billing.Order.Actions]

  postgres do
    table "orders"
    repo App.Repo
    migrate? false

    check_constraints do
      check_constraint :placed_at, "orders_placed_check" do
        message "has to be there for an order that is placed"
      end

      check_constraint :status, "orders_status_check" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy]
  end

  attributes do
    integer_primary_key :id

    attribute :customer_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :reference, :string do
      allow_nil? false
      public? true
      constraints max_length: 32, trim?: false, allow_empty?: true
    end

    attribute :status, App.Types.OrderStatus do
      allow_nil? false
      public? true
      default :cart
    end

    attribute :note, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :shipping, :map do
      public? true
    end

    attribute :total, App.Types.Numeric do
      allow_nil? false
      public? true
      default Decimal.new("0")
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :placed_at, :utc_datetime do
      public? true
    end

    attribute :lock_version, :integer do
      allow_nil? false
      public? true
      default 1
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
    belongs_to :customer, App.Billing.Customer do
      define_attribute? false
      public? true
    end

    has_many :lines, App.Billing.OrderLine do
      public? true
    end
  end

  identities do
    identity :reference, [:reference] do
      message "is taken"
    end
  end
end
