defmodule App.Billing.Subscription.Steps do
  @moduledoc """
  Functions that actions of `App.Billing.Subscription` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  @most_seats 500

  def maybe_add_error_seats(changeset, subscription) do
    if subscription.status == :canceled do
      add_error(changeset, :seats, "can't change after the end")
    else
      changeset
    end
  end

  def validate_number_seats(changeset, opts) do
    most = Keyword.get(opts, :most, @most_seats)

    changeset
    |> validate_number(:seats, greater_than: 0, less_than_or_equal_to: most)
  end
end
