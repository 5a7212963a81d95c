defmodule App.Workers.PaymentReminders do
  @moduledoc """
  Runs every morning: counts a reminder for each overdue invoice, except for
  customers who are waiting for an answer from support.
  """

  import Ecto.Query

  alias App.Repo
  alias Legacy.Billing
  alias Legacy.Billing.{Customer, Invoice}

  @max_reminders 3

  @spec run(Date.t()) :: [{integer(), integer()}]
  def run(today \\ Date.utc_today()) do
    waiting = MapSet.new(customers_waiting_for_support())

    for unpaid <- Billing.list_overdue(today),
        unpaid.customer_id not in waiting,
        remind(unpaid.year, unpaid.number) do
      {unpaid.year, unpaid.number}
    end
  end

  # The helpdesk's table has no schema here.
  defp customers_waiting_for_support do
    Repo.all(
      from t in "support_tickets",
        join: c in Customer,
        on: c.user_id == t.requester_id,
        where: is_nil(t.closed_at),
        distinct: true,
        select: c.id
    )
  end

  defp remind(year, number) do
    query =
      from i in Invoice,
        where: i.year == ^year and i.number == ^number,
        where: i.reminders_sent < @max_reminders

    {count, nil} = Repo.update_all(query, inc: [reminders_sent: 1])
    count == 1
  end
end
