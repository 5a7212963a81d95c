defmodule Legacy.Billing do
  @moduledoc """
  Customers, what they subscribed to, and what they owe.
  """

  import Ecto.Query

  alias App.Accounts.User
  alias App.Repo

  alias Legacy.Billing.{
    Coupon,
    Customer,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    Order,
    Payment,
    Plan,
    Subscription,
    UnpaidInvoice,
    WebhookEvent
  }

  ## Customers

  def get_customer(%User{id: user_id}), do: Repo.get_by(Customer, user_id: user_id)

  def create_customer(%User{} = user, attrs) do
    %Customer{user_id: user.id}
    |> Customer.changeset(attrs)
    |> Repo.insert()
  end

  def update_customer(%Customer{} = customer, attrs) do
    customer
    |> Customer.changeset(attrs)
    |> Repo.update()
  end

  def delete_customer(%Customer{} = customer) do
    customer
    |> Customer.delete_changeset()
    |> Repo.delete()
  end

  ## Orders

  def list_orders(%Customer{id: customer_id}) do
    Repo.all(from o in Order, where: o.customer_id == ^customer_id, order_by: [desc: o.id])
  end

  def get_order!(id), do: Repo.get!(Order, id)

  def get_order_by_reference(reference), do: Repo.get_by(Order, reference: reference)

  def create_order(%Customer{} = customer, attrs) do
    %Order{customer_id: customer.id}
    |> Order.changeset(attrs)
    |> Repo.insert()
  end

  def update_order(%Order{} = order, attrs) do
    order
    |> Repo.preload(:lines)
    |> Order.changeset(attrs)
    |> Repo.update()
  end

  def set_order_status(%Order{} = order, attrs) do
    order
    |> Order.status_changeset(attrs)
    |> Repo.update()
  end

  def cancel_order(%Order{} = order, attrs) do
    order
    |> Order.cancel_changeset(attrs)
    |> Repo.update()
  end

  def delete_order(%Order{} = order) do
    order
    |> Order.delete_changeset()
    |> Repo.delete()
  end

  def change_order(%Order{} = order, attrs \\ %{}), do: Order.changeset(order, attrs)

  ## Plans and subscriptions

  def list_plans(on \\ Date.utc_today()) do
    Repo.all(
      from p in Plan,
        where: is_nil(p.retired_on) or p.retired_on > ^on,
        order_by: [asc: p.price, asc: p.code]
    )
  end

  def get_plan!(code), do: Repo.get!(Plan, code)

  def create_plan(attrs) do
    %Plan{}
    |> Plan.changeset(attrs)
    |> Repo.insert()
  end

  def update_plan(%Plan{} = plan, attrs) do
    plan
    |> Plan.changeset(attrs)
    |> Repo.update()
  end

  def delete_plan(%Plan{} = plan) do
    plan
    |> Ecto.Changeset.change()
    |> Ecto.Changeset.no_assoc_constraint(:subscriptions, message: "are still running")
    |> Repo.delete()
  end

  def update_seats(%Subscription{} = subscription, attrs, opts \\ []) do
    subscription
    |> Subscription.seats_changeset(attrs, opts)
    |> Repo.update()
  end

  def subscribe(%Customer{} = customer, %Plan{} = plan, attrs) do
    %Subscription{customer_id: customer.id, plan_code: plan.code}
    |> Subscription.changeset(attrs)
    |> Repo.insert()
  end

  def cancel_subscription(%Subscription{} = subscription) do
    subscription
    |> Ecto.Changeset.change(status: :canceled, canceled_at: DateTime.utc_now())
    |> Repo.update()
  end

  def current_subscription(%Customer{id: customer_id}, on \\ Date.utc_today()) do
    Repo.one(
      from s in Subscription,
        where: s.customer_id == ^customer_id and s.status != :canceled,
        where: fragment("? @> ?::date", s.period, ^on),
        preload: :plan
    )
  end

  ## Invoices

  def get_invoice!(year, number), do: Repo.get_by!(Invoice, year: year, number: number)

  def lines_of(%Invoice{year: year, number: number}) do
    Repo.all(
      from l in InvoiceLine,
        where: l.invoice_year == ^year and l.invoice_number == ^number,
        order_by: l.position
    )
  end

  @doc """
  Opens an invoice with its lines. Numbers start at one every year.
  """
  def create_invoice(%Customer{} = customer, lines, attrs) do
    Repo.transaction(fn ->
      invoice = insert_invoice(customer, lines, attrs)

      lines
      |> Enum.with_index(1)
      |> Enum.each(fn {line, position} -> insert_line(invoice, line, position) end)

      invoice
    end)
  end

  defp insert_invoice(customer, lines, attrs) do
    year = Date.utc_today().year
    number = next_number(year)

    %Invoice{year: year, number: number, customer_id: customer.id, subtotal: subtotal(lines)}
    |> Invoice.changeset(attrs)
    |> Repo.insert()
    |> unwrap_or_rollback()
  end

  defp insert_line(invoice, line, position) do
    %InvoiceLine{
      invoice_year: invoice.year,
      invoice_number: invoice.number,
      position: position
    }
    |> InvoiceLine.changeset(line)
    |> Repo.insert()
    |> unwrap_or_rollback()
  end

  defp unwrap_or_rollback({:ok, record}), do: record
  defp unwrap_or_rollback({:error, changeset}), do: Repo.rollback(changeset)

  defp next_number(year) do
    # One writer at a time per year.
    Repo.query!("SELECT pg_advisory_xact_lock(hashtext('invoices'), $1)", [year])
    last = Repo.one(from i in Invoice, where: i.year == ^year, select: max(i.number))
    (last || 0) + 1
  end

  defp subtotal(lines) do
    Enum.reduce(lines, Decimal.new(0), fn line, sum ->
      line.quantity
      |> Decimal.mult(line.unit_price)
      |> Decimal.round(2)
      |> Decimal.add(sum)
    end)
  end

  def void_invoice(%Invoice{} = invoice, attrs) do
    invoice
    |> Invoice.void_changeset(attrs)
    |> Repo.update()
  end

  def list_overdue(on \\ Date.utc_today()) do
    Repo.all(
      from u in UnpaidInvoice,
        where: u.due_on < ^on,
        order_by: [asc: u.due_on, asc: u.year, asc: u.number]
    )
  end

  ## Payments

  @doc """
  Notes a payment, marks the invoice as paid once nothing is open, and books it.
  """
  def record_payment(%Invoice{} = invoice, attrs) do
    Ecto.Multi.new()
    |> Ecto.Multi.insert(:payment, Payment.changeset(%Payment{}, invoice, attrs))
    |> Ecto.Multi.run(:invoice, fn repo, _changes -> close_if_paid(repo, invoice) end)
    |> Ecto.Multi.insert_all(:entries, LedgerEntry, fn %{payment: payment} ->
      LedgerEntry.for_payment(payment)
    end)
    |> Repo.transaction()
    |> case do
      {:ok, %{payment: payment}} -> {:ok, payment}
      {:error, _step, reason, _changes} -> {:error, reason}
    end
  end

  defp close_if_paid(repo, invoice) do
    paid =
      repo.one(
        from p in Payment,
          where: p.invoice_year == ^invoice.year and p.invoice_number == ^invoice.number,
          select: coalesce(sum(p.amount), 0)
      )

    if Decimal.compare(paid, invoice.total) == :lt do
      {:ok, invoice}
    else
      repo.update(Ecto.Changeset.change(invoice, status: :paid))
    end
  end

  ## Coupons

  def get_coupon(code) do
    Repo.one(from c in Coupon, where: fragment("lower(?)", c.code) == ^String.downcase(code))
  end

  def create_coupon(attrs, created_by \\ nil) do
    %Coupon{created_by_id: created_by && created_by.id}
    |> Coupon.changeset(attrs)
    |> Repo.insert()
  end

  def redeemable?(%Coupon{} = coupon, %Plan{code: code}, on \\ Date.utc_today()) do
    Date.day_of_week(on) in coupon.weekdays and
      (is_nil(coupon.plan_codes) or code in coupon.plan_codes) and
      Coupon.valid_on?(coupon, on)
  end

  ## Webhooks

  def unprocessed_events(limit \\ 100) do
    Repo.all(
      from e in WebhookEvent,
        where: is_nil(e.processed_at) and e.attempt_count < 10,
        order_by: e.received_at,
        limit: ^limit,
        lock: "FOR UPDATE SKIP LOCKED"
    )
  end

  def mark_processed(%WebhookEvent{} = event) do
    event
    |> Ecto.Changeset.change(processed_at: DateTime.utc_now(), last_error: nil)
    |> Repo.update()
  end
end
