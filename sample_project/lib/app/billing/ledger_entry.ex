defmodule App.Billing.LedgerEntry do
  use Ash.Resource,
    domain: App.Billing,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "entries"
    schema "ledger"
    repo App.Repo
    migrate? false

    references do
      reference :invoice do
        name "entries_invoice_fkey"
        on_delete :restrict
      end

      reference :recorded_by do
        on_delete :nilify
      end
    end

    check_constraints do
      check_constraint :amount, "entries_amount_check" do
        message "is invalid"
      end
    end
  end

  resource do
    description "Double entry. Rows are never changed, only reversed."
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :account_code, :string do
      allow_nil? false
      public? true
      constraints max_length: 16, trim?: false, allow_empty?: true
    end

    attribute :invoice_year, App.Types.Int2 do
      public? true
    end

    attribute :invoice_number, App.Types.Int4 do
      public? true
    end

    attribute :side, App.Types.LedgerEntrySide do
      allow_nil? false
      public? true
    end

    attribute :amount, App.Types.Numeric do
      allow_nil? false
      public? true
      constraints min: Decimal.new("-9999999999.9999"), max: Decimal.new("9999999999.9999")
    end

    attribute :booked_on, :date do
      allow_nil? false
      public? true
    end

    attribute :booked_at, AshPostgres.TimestamptzUsec do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :memo, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :recorded_by_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :account, App.Billing.LedgerAccount do
      source_attribute :account_code
      destination_attribute :code
      define_attribute? false
      public? true
    end

    belongs_to :invoice, App.Billing.Invoice do
      source_attribute :invoice_year
      destination_attribute :year
      define_attribute? false
      filter expr(number == parent(invoice_number))
      public? true
    end

    belongs_to :recorded_by, App.Accounts.Resources.User do
      define_attribute? false
      public? true
    end
  end
end
