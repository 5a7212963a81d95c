defmodule Legacy.Billing.LedgerAccount do
  use Ecto.Schema
  import Ecto.Changeset

  @schema_prefix "ledger"
  @primary_key {:code, :string, autogenerate: false}
  schema "accounts" do
    field :name, :string
    field :kind, Ecto.Enum, values: [:asset, :liability, :income, :expense]
    field :closed, :boolean, default: false

    belongs_to :parent, __MODULE__, foreign_key: :parent_code, references: :code, type: :string
    has_many :entries, Legacy.Billing.LedgerEntry, foreign_key: :account_code
  end

  def changeset(account, attrs) do
    account
    |> cast(attrs, [:code, :name, :kind, :closed, :parent_code])
    |> validate_required([:code, :name, :kind])
    |> unique_constraint(:code, name: :accounts_pkey)
    |> foreign_key_constraint(:parent_code)
  end
end
