defmodule Legacy.BillingTest do
  @moduledoc "What `Legacy.Billing` does through Ecto."
  use App.DataCase, async: true

  alias App.Accounts
  alias Legacy.Billing
  alias Legacy.Billing.{Customer, Order, Subscription}

  defp customer!(attributes \\ %{}) do
    number = System.unique_integer([:positive])

    {:ok, user} =
      Accounts.register_user(%{
        email: "customer#{number}@example.com",
        password: "correct horse battery"
      })

    attributes = Map.merge(%{name: "Ada", billing_email: "ada@example.com"}, attributes)
    {:ok, customer} = Billing.create_customer(user, attributes)
    customer
  end

  defp order!(customer, attributes \\ %{}) do
    attributes = Map.merge(%{"reference" => "r-#{customer.id}"}, attributes)
    {:ok, order} = Billing.create_order(customer, attributes)
    order
  end

  defp plan!(code \\ "legacy-test") do
    attributes = %{code: code, name: "Test", price: 5, billing_period: [months: 1]}
    {:ok, plan} = Billing.create_plan(attributes)
    plan
  end

  @lines [
    %{"sku" => "MUG", "quantity" => "2", "unit_price" => "12.50"},
    %{"sku" => "PEN", "unit_price" => "1"}
  ]

  describe "customers" do
    test "have one address, and all of it" do
      customer = customer!(%{address: %{street: "Hauptstr. 1", city: "Köln"}})
      assert customer.address.city == "Köln"

      {:error, changeset} =
        Billing.update_customer(customer, %{address: %{city: ""}, country: "D"})

      assert errors_on(changeset) == %{
               address: %{city: ["can't be blank"]},
               country: ["should be 2 character(s)"]
             }
    end

    test "are told apart by their tax id, and have a mail address" do
      customer!(%{country: "DE", tax_id: "42"})
      second = customer!()

      {:error, changeset} = Billing.update_customer(second, %{country: "DE", tax_id: "42"})
      assert errors_on(changeset) == %{tax_id: ["has already been taken"]}
    end

    test "have a mail address" do
      {:error, changeset} = Billing.update_customer(customer!(), %{billing_email: "nowhere"})
      assert errors_on(changeset) == %{billing_email: ["is not an address"]}
    end

    test "stay while there are orders or subscriptions" do
      customer = customer!()
      order!(customer)
      {:error, changeset} = Billing.delete_customer(customer)
      assert errors_on(changeset) == %{orders: ["are kept for ten years"]}

      customer = customer!()
      {:ok, _} = Billing.subscribe(customer, plan!(), %{period: {~D[2091-01-01], nil}})
      {:error, changeset} = Billing.delete_customer(customer)
      assert errors_on(changeset) == %{subscriptions: ["are still associated with this entry"]}
    end
  end

  describe "orders" do
    test "are written with their lines" do
      order = order!(customer!(), %{"lines" => @lines, "shipping" => address()})

      assert order.reference == String.upcase(order.reference)
      assert Enum.map(order.lines, & &1.sku) == ["MUG", "PEN"]
      assert Decimal.equal?(order.total, 26)
      assert order.shipping.country == "DE"
    end

    test "lose the lines that aren't given any more" do
      order = order!(customer!(), %{"lines" => @lines})
      [mug, _pen] = order.lines
      lines = [%{"id" => mug.id, "quantity" => "1"}, %{"sku" => "CUP", "unit_price" => "3"}]

      {:ok, order} = Billing.update_order(order, %{"lines" => lines})
      assert Enum.map(order.lines, &{&1.sku, &1.quantity}) == [{"MUG", 1}, {"CUP", 1}]
      assert Decimal.equal?(order.total, "15.5")
    end

    test "say what is wrong with which line" do
      lines = [%{"sku" => "MUG", "quantity" => "0", "unit_price" => "-1"}, %{"sku" => " "}]
      attributes = %{"reference" => "a b", "note" => String.duplicate("x", 501), "lines" => lines}
      {:error, changeset} = Billing.create_order(customer!(), attributes)

      assert errors_on(changeset) == %{
               reference: ["may have letters, digits and dashes only"],
               note: ["is too long (500 at most)"],
               lines: [
                 %{
                   quantity: ["must be greater than 0"],
                   unit_price: ["must be greater than or equal to 0"]
                 },
                 %{sku: ["can't be blank"], unit_price: ["can't be blank"]}
               ]
             }
    end

    test "have a line for a thing once" do
      [mug, _pen] = @lines
      attributes = %{"reference" => "twice", "lines" => [mug, mug]}
      {:error, changeset} = Billing.create_order(customer!(), attributes)
      assert errors_on(changeset) == %{lines: [%{}, %{sku: ["is in the order already"]}]}
    end

    test "have a reference of their own, and somewhere near to go" do
      order = order!(customer!())

      attributes = %{
        "reference" => order.reference,
        "shipping" => %{address() | "country" => "US"}
      }

      {:error, changeset} = Billing.create_order(customer!(), attributes)

      assert errors_on(changeset) == %{
               reference: ["is taken"],
               shipping: %{country: ["is too far away"]}
             }

      {:error, changeset} = Billing.create_order(customer!(), %{"reference" => order.reference})
      assert errors_on(changeset) == %{reference: ["is taken"]}
    end

    test "belong to a customer who is there" do
      {:error, changeset} = Billing.create_order(%Customer{id: 0}, %{"reference" => "nobody"})
      assert errors_on(changeset) == %{customer: ["is gone"]}
    end

    test "go from one status to the next" do
      order = order!(customer!())
      {:error, changeset} = Billing.set_order_status(order, %{"status" => "shipped"})
      assert errors_on(changeset) == %{status: ["can't be set now"]}

      {:ok, placed} = Billing.set_order_status(order, %{"status" => "placed"})
      assert placed.placed_at
      assert placed.lock_version == order.lock_version + 1

      assert {:ok, %{status: :shipped}} =
               Billing.set_order_status(placed, %{"status" => "shipped"})
    end

    test "aren't changed by two at once" do
      order = order!(customer!())
      {:ok, _order} = Billing.update_order(order, %{"note" => "first"})

      assert_raise Ecto.StaleEntryError, fn ->
        Billing.update_order(order, %{"note" => "second"})
      end
    end

    test "are credited when they are canceled after they were placed" do
      customer = customer!()
      order = order!(customer, %{"lines" => @lines})
      {:ok, order} = Billing.set_order_status(order, %{"status" => "placed"})

      {:error, changeset} = Billing.cancel_order(order, %{})
      assert errors_on(changeset) == %{note: ["has to say why"]}

      {:ok, %{status: :canceled}} = Billing.cancel_order(order, %{"note" => "too late"})
      balance = App.Repo.get!(Customer, customer.id).balance
      assert Decimal.equal?(balance, 26)
    end

    test "can't be canceled once they are on their way" do
      changeset = Order.cancel_changeset(%Order{status: :shipped}, %{})
      assert errors_on(changeset) == %{status: ["can't be canceled once it is shipped"]}
    end

    test "go only without lines" do
      customer = customer!()
      assert {:ok, _} = Billing.delete_order(order!(customer))
    end
  end

  describe "subscriptions" do
    test "have seats up to a number, until they end" do
      {:ok, subscription} =
        Billing.subscribe(customer!(), plan!(), %{period: {~D[2091-01-01], nil}})

      assert {:ok, %{seats: 500}} = Billing.update_seats(subscription, %{seats: 500})
      {:error, changeset} = Billing.update_seats(subscription, %{seats: 9}, most: 8)
      assert errors_on(changeset) == %{seats: ["must be less than or equal to 8"]}

      changeset = Subscription.seats_changeset(%Subscription{status: :canceled}, %{seats: 0})

      assert errors_on(changeset) == %{
               seats: ["must be greater than 0", "can't change after the end"]
             }
    end

    test "of one customer don't overlap" do
      customer = customer!()
      plan = plan!()
      period = %{period: {~D[2091-01-01], ~D[2091-06-01]}}
      {:ok, _} = Billing.subscribe(customer, plan, period)
      {:error, changeset} = Billing.subscribe(customer, plan, period)
      assert errors_on(changeset) == %{period: ["overlaps another subscription"]}
    end

    test "keep their plan" do
      plan = plan!()
      {:ok, _} = Billing.subscribe(customer!(), plan, %{period: {~D[2091-01-01], nil}})
      {:error, changeset} = Billing.delete_plan(plan)
      assert errors_on(changeset) == %{subscriptions: ["are still running"]}
      {:error, changeset} = Billing.update_plan(plan, %{price: -1})
      assert errors_on(changeset) == %{price: ["can't be below zero"]}
    end
  end

  test "an invoice is taken back with a reason" do
    lines = [%{description: "Mug", quantity: Decimal.new(1), unit_price: Decimal.new("12.50")}]
    customer = customer!()
    {:ok, invoice} = Billing.create_invoice(customer, lines, %{})
    assert [%{description: "Mug"}] = Billing.lines_of(invoice)

    {:error, changeset} = Billing.create_invoice(customer, lines, %{})
    assert errors_on(changeset) == %{status: ["there is a draft already"]}

    {:error, changeset} = Billing.void_invoice(invoice, %{notes: "wrong"})
    assert errors_on(changeset) == %{notes: ["should be at least 10 character(s)"]}
    assert {:ok, %{status: :void}} = Billing.void_invoice(invoice, %{notes: "made by mistake"})
  end

  test "a coupon takes off a percentage or an amount" do
    {:error, changeset} = Billing.create_coupon(%{code: "x", percent_off: 1, amount_off: 1})
    assert errors_on(changeset) == %{amount_off: ["can't be given together with a percentage"]}

    {:error, changeset} = Billing.create_coupon(%{code: "x", percent_off: 101})
    assert errors_on(changeset) == %{percent_off: ["must be from 0 to 100"]}
  end

  defp address do
    %{"name" => "Ada", "street" => "Hauptstr. 1", "city" => "Köln", "country" => "DE"}
  end
end
