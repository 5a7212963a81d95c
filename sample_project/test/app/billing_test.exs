defmodule App.BillingTest do
  use App.DataCase, async: true

  alias App.Billing.{Coupon, Customer, Invoice, InvoiceLine, Plan, Subscription}

  defp customer!(attributes \\ %{}) do
    defaults = %{user_id: user!().id, name: "Ada", billing_email: "ada@example.com"}
    create!(Customer, Map.merge(defaults, attributes))
  end

  defp invoice!(number, attributes \\ %{}) do
    defaults = %{year: 2091, number: number, customer_id: customer!().id, tax: 2}
    create!(Invoice, Map.merge(defaults, attributes))
  end

  test "an invoice has what the database computes" do
    invoice = invoice!(1) |> Ash.Seed.update!(%{subtotal: 10}) |> Ash.reload!()
    assert Decimal.equal?(invoice.total, 12)
    assert invoice.status == :draft
    assert invoice.currency == "EUR"
  end

  test "an invoice is found by both parts of its key, and has its own lines only" do
    one = invoice!(1)
    other = invoice!(2)

    for {invoice, text} <- [{one, "one"}, {other, "other"}] do
      create!(InvoiceLine, %{
        invoice_year: invoice.year,
        invoice_number: invoice.number,
        position: 1,
        description: text,
        unit_price: 3
      })
    end

    assert [%{description: "one"}] = Ash.load!(one, :lines).lines
    found = Ash.get!(Invoice, %{year: 2091, number: 2})
    assert [%{description: "other"}] = Ash.load!(found, :lines).lines
  end

  test "an invoice is not due before it is issued" do
    dates = %{issued_on: ~D[2091-02-01], due_on: ~D[2091-01-01]}
    number = %{year: 2091, number: 3, customer_id: customer!().id}
    assert error_fields(create(Invoice, Map.merge(number, dates))) != []
  end

  test "a customer has one draft at a time" do
    draft = invoice!(4)
    second = create(Invoice, %{year: 2091, number: 5, customer_id: draft.customer_id})
    assert error_fields(second) == [:status]
  end

  test "subscriptions of a customer don't overlap" do
    plan =
      create!(Plan, %{code: "test-plan", name: "Test", price: 5, billing_period: [months: 1]})

    subscription = %{
      customer_id: customer!().id,
      plan_code: plan.code,
      period: {~D[2091-01-01], ~D[2091-06-01]}
    }

    assert create!(Subscription, subscription).seats == 1
    assert error_fields(create(Subscription, subscription)) != []
  end

  test "a coupon takes off a percentage or an amount" do
    both = %{code: "both-of-them", percent_off: 10, amount_off: 5}
    assert error_fields(create(Coupon, both)) != []
    assert create!(Coupon, %{both | amount_off: nil}).code == "both-of-them"
  end

  test "a price is a number, which NaN is not" do
    plan = %{code: "nan", name: "NaN", billing_period: [months: 1]}

    for text <- ["NaN", "Infinity", "x"] do
      assert error_fields(create(Plan, Map.put(plan, :price, text))) == [:price]
    end

    assert error_fields(create(Coupon, %{code: "nan", percent_off: "NaN"})) == [:percent_off]
  end

  test "a coupon's percentage is one, as its domain says" do
    assert error_fields(create(Coupon, %{code: "too-much", percent_off: 101})) == [:percent_off]
  end
end
