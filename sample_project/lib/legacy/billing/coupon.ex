defmodule Legacy.Billing.Coupon do
  use Ecto.Schema
  import Ecto.Changeset

  schema "coupons" do
    field :code, :string
    field :percent_off, :decimal
    field :amount_off, :decimal
    field :plan_codes, {:array, :string}
    field :weekdays, {:array, :integer}, default: [1, 2, 3, 4, 5, 6, 7]
    field :redeemable, Legacy.Types.DateRange
    field :max_redemptions, :integer

    belongs_to :created_by, App.Accounts.User

    timestamps(type: :utc_datetime)
  end

  def changeset(coupon, attrs) do
    coupon
    |> cast(attrs, [
      :code,
      :percent_off,
      :amount_off,
      :plan_codes,
      :weekdays,
      :redeemable,
      :max_redemptions
    ])
    |> validate_required([:code])
    |> validate_length(:code, max: 40)
    |> validate_subset(:weekdays, 1..7)
    |> unique_constraint(:code, name: :coupons_lower_code_index)
    |> check_constraint(:percent_off, name: :percentage_check, message: "must be from 0 to 100")
    |> check_constraint(:amount_off,
      name: :coupons_one_kind_of_discount,
      message: "can't be given together with a percentage"
    )
  end

  def valid_on?(%__MODULE__{redeemable: nil}, _date), do: true
  def valid_on?(%__MODULE__{redeemable: %{lower: :empty}}, _date), do: false

  # PostgreSQL keeps date ranges as [lower, upper).
  def valid_on?(%__MODULE__{redeemable: %{lower: lower, upper: upper}}, date) do
    (lower == :unbound or Date.compare(lower, date) != :gt) and
      (upper == :unbound or Date.compare(date, upper) == :lt)
  end
end
