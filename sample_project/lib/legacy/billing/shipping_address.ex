defmodule Legacy.Billing.ShippingAddress do
  use Ecto.Schema
  import Ecto.Changeset

  @primary_key false
  embedded_schema do
    field :name, :string
    field :street, :string
    field :postcode, :string
    field :city, :string
    field :country, :string, default: "DE"
  end

  def changeset(address, attrs) do
    address
    |> cast(attrs, [:name, :street, :postcode, :city, :country])
    |> validate_required([:name, :street, :city])
    |> validate_length(:country, is: 2)
    |> validate_inclusion(:country, ~w(AT CH DE), message: "is too far away")
  end
end
