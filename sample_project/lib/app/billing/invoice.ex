defmodule App.Billing.Invoice do
  use Ash.Resource,
    domain: App.Billing,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Billing.Invoice.Actions]

  postgres do
    table "invoices"
    repo App.Repo
    migrate? false

    identity_index_names customer_id: "invoices_one_draft_per_customer_index"
    identity_wheres_to_sql customer_id: "(status = 'draft'::public.invoice_status)"

    unique_index_names [
      {[:status], "invoices_one_draft_per_customer_index", "there is a draft already"}
    ]

    foreign_key_names [
      {:year, "entries_invoice_fkey", "are still associated with this entry"},
      {:year, "fk_payments_invoice", "are still associated with this entry"}
    ]

    references do
      reference :subscription do
        on_delete :nilify
      end
    end

    check_constraints do
      check_constraint :due_on, "invoices_due_after_issue" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, update: :*]
  end

  attributes do
    attribute :year, App.Types.Int2 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :number, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :customer_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :subscription_id, :integer do
      public? true
    end

    attribute :status, App.Types.InvoiceStatus do
      allow_nil? false
      public? true
      default :draft
    end

    attribute :currency, App.Types.Bpchar do
      allow_nil? false
      public? true
      default "EUR"
      constraints max_length: 3
    end

    attribute :subtotal, App.Types.Numeric do
      allow_nil? false
      public? true
      default Decimal.new("0")
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :tax, App.Types.Numeric do
      allow_nil? false
      public? true
      default Decimal.new("0")
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :total, App.Types.Numeric do
      public? true
      generated? true
      writable? false
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :issued_on, :date do
      public? true
    end

    attribute :due_on, :date do
      public? true
    end

    attribute :notes, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    create_timestamp :inserted_at do
      type :utc_datetime
      public? true
    end

    update_timestamp :updated_at do
      type :utc_datetime
      public? true
    end

    attribute :reminders_sent, :integer do
      allow_nil? false
      public? true
      default 0
    end
  end

  relationships do
    belongs_to :customer, App.Billing.Customer do
      define_attribute? false
      public? true
    end

    belongs_to :subscription, App.Billing.Subscription do
      define_attribute? false
      public? true
    end

    has_many :entries, App.Billing.LedgerEntry do
      source_attribute :year
      destination_attribute :invoice_year
      filter expr(invoice_number == parent(number))
      public? true
    end

    has_many :lines, App.Billing.InvoiceLine do
      source_attribute :year
      destination_attribute :invoice_year
      filter expr(invoice_number == parent(number))
      public? true
    end

    has_many :payments, App.Billing.Payment do
      source_attribute :year
      destination_attribute :invoice_year
      filter expr(invoice_number == parent(number))
      public? true
    end
  end

  identities do
    identity :customer_id, [:customer_id] do
      where expr(status == :draft)
    end
  end
end
