defmodule Legacy.Billing.Plan do
  use Ecto.Schema
  import Ecto.Changeset

  @primary_key {:code, :string, autogenerate: false}
  schema "plans" do
    field :name, :string
    field :price, :decimal
    field :billing_period, Legacy.Types.Interval
    field :trial_period, Legacy.Types.Interval
    field :features, {:array, :string}, default: []
    field :seat_tiers, {:array, :integer}, default: []
    field :retired_on, :date

    has_many :subscriptions, Legacy.Billing.Subscription, foreign_key: :plan_code

    timestamps(type: :utc_datetime)
  end

  def changeset(plan, attrs) do
    plan
    |> cast(attrs, [
      :code,
      :name,
      :price,
      :billing_period,
      :trial_period,
      :features,
      :seat_tiers,
      :retired_on
    ])
    |> validate_required([:code, :name, :price, :billing_period])
    |> validate_length(:code, max: 40)
    |> unique_constraint(:code, name: :plans_pkey)
    |> check_constraint(:price, name: :plans_price_check, message: "can't be below zero")
  end
end
