defmodule Legacy.Billing.Subscription do
  use Ecto.Schema
  import Ecto.Changeset

  @statuses [:trialing, :active, :past_due, :canceled]
  @most_seats 500

  schema "subscriptions" do
    field :status, Ecto.Enum, values: @statuses, default: :trialing
    field :period, Legacy.Types.DateRange
    field :seats, :integer, default: 1
    field :discount, :decimal
    field :metadata, Legacy.Types.Json
    field :canceled_at, :utc_datetime_usec

    belongs_to :customer, Legacy.Billing.Customer

    belongs_to :plan, Legacy.Billing.Plan,
      foreign_key: :plan_code,
      references: :code,
      type: :string

    timestamps(type: :utc_datetime_usec)
  end

  def changeset(subscription, attrs) do
    subscription
    |> cast(attrs, [:status, :period, :seats, :discount, :metadata])
    |> validate_required([:customer_id, :plan_code, :period, :seats])
    |> check_constraint(:seats, name: :seats_must_be_positive)
    |> check_constraint(:discount, name: :percentage_check, message: "must be from 0 to 100")
    |> exclusion_constraint(:period,
      name: :subscriptions_no_overlap,
      message: "overlaps another subscription"
    )
    |> foreign_key_constraint(:plan_code)
  end

  def seats_changeset(subscription, attrs, opts \\ []) do
    changeset = cast(subscription, attrs, [:seats])
    most = Keyword.get(opts, :most, @most_seats)

    changeset =
      if subscription.status == :canceled do
        add_error(changeset, :seats, "can't change after the end")
      else
        changeset
      end

    changeset
    |> validate_required([:seats])
    |> validate_number(:seats, greater_than: 0, less_than_or_equal_to: most)
  end
end
