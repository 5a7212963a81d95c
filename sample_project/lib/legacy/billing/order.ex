defmodule Legacy.Billing.Order do
  use Ecto.Schema
  import Ecto.Changeset
  import Ecto.Query, only: [from: 2]

  alias Legacy.Billing.{Customer, OrderLine, ShippingAddress}

  @statuses [:cart, :placed, :shipped, :canceled]

  # What a status may become.
  @transitions %{
    cart: [:placed, :canceled],
    placed: [:shipped, :canceled],
    shipped: [],
    canceled: []
  }

  schema "orders" do
    field :reference, :string
    field :status, Ecto.Enum, values: @statuses, default: :cart
    field :note, :string
    field :total, :decimal, default: Decimal.new("0.00")
    field :placed_at, :utc_datetime
    field :lock_version, :integer, default: 1

    embeds_one :shipping, ShippingAddress, on_replace: :update

    belongs_to :customer, Customer
    has_many :lines, OrderLine, on_replace: :delete

    timestamps(type: :utc_datetime)
  end

  @doc """
  An order with its lines: those that aren't given any more go.
  """
  def changeset(order, attrs) do
    order
    |> cast(attrs, [:reference, :note])
    |> update_change(:reference, &String.upcase/1)
    |> validate_required([:reference])
    |> validate_length(:reference, min: 3, max: 32)
    |> validate_format(:reference, ~r/^[A-Z0-9-]+$/,
      message: "may have letters, digits and dashes only"
    )
    |> validate_length(:note, max: 500, message: "is too long (%{count} at most)")
    |> cast_embed(:shipping)
    |> cast_assoc(:lines, with: &OrderLine.changeset/2)
    |> validate_length(:lines, max: 20)
    |> put_total()
    |> unsafe_validate_unique(:reference, App.Repo, message: "is taken")
    |> unique_constraint(:reference, message: "is taken")
    |> assoc_constraint(:customer, message: "is gone")
    |> optimistic_lock(:lock_version)
  end

  @doc """
  Moves an order on, as far as its status lets it.
  """
  def status_changeset(order, attrs) do
    order
    |> cast(attrs, [:status])
    |> validate_required(:status)
    |> validate_transition()
    |> put_placed_at()
    |> check_constraint(:placed_at,
      name: :orders_placed_check,
      message: "has to be there for an order that is placed"
    )
    |> optimistic_lock(:lock_version)
  end

  def cancel_changeset(%__MODULE__{status: :shipped} = order, _attrs) do
    order
    |> change()
    |> add_error(:status, "can't be canceled once it is %{status}", status: :shipped)
  end

  def cancel_changeset(order, attrs) do
    order
    |> cast(attrs, [:note])
    |> put_change(:status, :canceled)
    |> validate_required([:note], message: "has to say why")
    |> prepare_changes(&credit/1)
  end

  @doc """
  Only orders without a line go.
  """
  def delete_changeset(order) do
    order
    |> change()
    |> no_assoc_constraint(:lines, message: "are still there")
  end

  defp validate_transition(changeset) do
    allowed = Map.fetch!(@transitions, changeset.data.status)

    validate_change(changeset, :status, fn :status, status ->
      if status in allowed, do: [], else: [status: "can't be set now"]
    end)
  end

  defp put_placed_at(changeset) do
    case fetch_change(changeset, :status) do
      {:ok, :placed} -> put_change(changeset, :placed_at, DateTime.utc_now(:second))
      _ -> changeset
    end
  end

  defp put_total(%Ecto.Changeset{valid?: true, changes: %{lines: lines}} = changeset) do
    total =
      lines
      |> Enum.reject(&(&1.action in [:replace, :delete]))
      |> Enum.map(&OrderLine.price/1)
      |> Enum.reduce(Decimal.new(0), &Decimal.add/2)

    put_change(changeset, :total, total)
  end

  defp put_total(changeset), do: changeset

  # A customer has paid for what is placed.
  defp credit(%{data: %{status: :placed} = order} = changeset) do
    customer = from c in Customer, where: c.id == ^order.customer_id
    changeset.repo.update_all(customer, inc: [balance: order.total])
    changeset
  end

  defp credit(changeset), do: changeset
end
