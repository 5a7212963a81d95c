defmodule Legacy.Billing.Customer do
  use Ecto.Schema
  import Ecto.Changeset

  alias Legacy.Billing.{Invoice, Order, Subscription}

  schema "customers" do
    field :name, :string
    field :billing_email, :string
    field :country, :string
    field :tax_id, :string
    field :balance, :decimal, default: Decimal.new("0.00")

    embeds_one :address, Address, primary_key: false, on_replace: :update do
      field :street, :string
      field :postcode, :string
      field :city, :string
    end

    belongs_to :user, App.Accounts.User
    has_many :subscriptions, Subscription
    has_many :invoices, Invoice
    has_many :orders, Order

    timestamps(type: :utc_datetime)
  end

  def changeset(customer, attrs) do
    customer
    |> cast(attrs, [:name, :billing_email, :country, :tax_id])
    |> cast_embed(:address, with: &address_changeset/2)
    |> validate_required([:user_id, :name, :billing_email])
    |> validate_length(:country, is: 2)
    |> validate_length(:tax_id, max: 32)
    |> check_constraint(:billing_email, name: :email_address_check, message: "is not an address")
    |> unique_constraint(:user_id)
    |> unique_constraint(:tax_id, name: :customers_country_tax_id_index)
    |> foreign_key_constraint(:user_id)
  end

  def delete_changeset(customer) do
    customer
    |> change()
    |> no_assoc_constraint(:orders, message: "are kept for ten years")
    |> no_assoc_constraint(:subscriptions)
  end

  defp address_changeset(address, attrs) do
    address
    |> cast(attrs, [:street, :postcode, :city])
    |> validate_required([:street, :city])
  end
end
