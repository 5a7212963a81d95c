defmodule App.Billing.LedgerAccount do
  use Ash.Resource,
    domain: App.Billing,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "accounts"
    schema "ledger"
    repo App.Repo
    migrate? false

    foreign_key_names [{:code, "entries_account_code_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :code, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints max_length: 16, trim?: false, allow_empty?: true
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints max_length: 255, trim?: false, allow_empty?: true
    end

    attribute :kind, App.Types.LedgerAccountKind do
      allow_nil? false
      public? true
    end

    attribute :parent_code, :string do
      public? true
      constraints max_length: 16, trim?: false, allow_empty?: true
    end

    attribute :closed, :boolean do
      allow_nil? false
      public? true
      default false
    end
  end

  relationships do
    belongs_to :parent, App.Billing.LedgerAccount do
      source_attribute :parent_code
      destination_attribute :code
      define_attribute? false
      public? true
    end

    has_many :children, App.Billing.LedgerAccount do
      source_attribute :code
      destination_attribute :parent_code
      public? true
    end

    has_many :entries, App.Billing.LedgerEntry do
      source_attribute :code
      destination_attribute :account_code
      public? true
    end
  end
end
