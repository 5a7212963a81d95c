defmodule App.ActionsTest do
  @moduledoc "The rules of the old changeset functions, as the actions have them."
  use App.DataCase, async: true

  alias App.Accounts.Domain, as: Accounts
  alias App.Accounts.Password
  alias App.Accounts.Resources.{Profile, User}
  alias App.{Billing, Blog}
  alias App.Billing.{Coupon, Customer, Invoice, Order, Plan, Subscription}
  alias App.Blog.{Comment, Post}

  @password "correct horse battery"
  @valid %{"email" => "zoe@example.net", "password" => @password}
  @lines [
    %{"sku" => "MUG", "quantity" => "2", "unit_price" => "12.50"},
    %{"sku" => "PEN", "unit_price" => "1"}
  ]

  defp registered!(attributes \\ %{}) do
    {:ok, user} = Accounts.register_user(Map.merge(@valid, attributes))
    user
  end

  defp update(record, action, input, given \\ %{}) do
    record
    |> Ash.Changeset.for_update(action, input, private_arguments: given)
    |> Ash.update()
  end

  defp customer!(attributes \\ %{}) do
    defaults = %{user_id: user!().id, name: "Ada", billing_email: "ada@example.com"}
    create!(Customer, Map.merge(defaults, attributes))
  end

  defp order(customer, attributes) do
    defaults = %{"reference" => "r-#{customer.id}"}

    Order
    |> Ash.Changeset.for_create(:create, Map.merge(defaults, attributes),
      private_arguments: %{customer_id: customer.id}
    )
    |> Ash.create()
  end

  defp order!(customer, attributes \\ %{}) do
    {:ok, order} = order(customer, attributes)
    Ash.load!(order, :lines)
  end

  defp lines(order), do: order |> Ash.load!(:lines) |> Map.fetch!(:lines) |> Enum.sort_by(& &1.id)

  defp plan! do
    create!(Plan, %{code: "test-plan", name: "Test", price: 5, billing_period: [months: 1]})
  end

  defp subscription!(customer) do
    create!(Subscription, %{
      customer_id: customer.id,
      plan_code: plan!().code,
      period: {~D[2091-01-01], nil}
    })
  end

  defp post! do
    number = System.unique_integer([:positive])
    create!(Post, %{author_id: user!().id, title: "Post", slug: "post-#{number}"})
  end

  describe "registration" do
    test "keeps a hash of the password" do
      user = registered!()
      assert Password.verify(@password, user.hashed_password)
      refute inspect(user) =~ user.hashed_password
      assert Accounts.get_user!(user.id).id == user.id
      assert {:ok, %{id: id}} = Accounts.get_user_by_email("ZOE@example.net")
      assert id == user.id
      assert Accounts.get_user_by_email("yan@example.net") == {:ok, nil}
    end

    test "wants an e-mail address and a password" do
      wrong = %{"email" => "no address", "password" => "short"}

      assert messages(Accounts.register_user(wrong)) == %{
               email: ["must have the @ sign and no spaces"],
               password: ["should be at least 12 character(s)"]
             }

      blank = %{email: ["can't be blank"], password: ["can't be blank"]}
      assert messages(Accounts.register_user(%{})) == blank
      assert messages(Accounts.register_user(%{"email" => " ", "password" => ""})) == blank
    end

    test "refuses an address that is taken, whatever its case" do
      registered!()
      second = Accounts.register_user(%{@valid | "email" => "ZOE@example.net"})
      assert messages(second) == %{email: ["has already been taken"]}
    end

    test "refuses handles that are reserved, too short or taken" do
      registered!(%{"handle" => "zoe"})
      other = %{@valid | "email" => "yan@example.net"}

      for {handle, message} <- [
            {"root", "is reserved"},
            {"z", "should be at least 2 character(s)"},
            {"ZOE", "is somebody else's"}
          ] do
        refused = Accounts.register_user(Map.put(other, "handle", handle))
        assert messages(refused) == %{handle: [message]}
      end
    end

    test "wants the terms accepted by those who sign up themselves" do
      refused = Accounts.sign_up(Map.put(@valid, "terms", "false"))
      assert messages(refused) == %{terms: ["must be accepted"]}
      assert {:ok, user} = Accounts.sign_up(Map.put(@valid, "terms", "true"))
      assert Password.verify(@password, user.hashed_password)
    end

    test "leaves the password alone while a form is filled in" do
      changeset =
        Ash.Changeset.for_create(User, :registration, @valid,
          private_arguments: %{opts: [hash_password: false]}
        )

      assert changeset.valid?
      refute Ash.Changeset.changing_attribute?(changeset, :hashed_password)
    end

    test "takes nothing in that a form has no business with" do
      user = registered!(%{"role" => "admin", "confirmed_at" => "2091-01-01T00:00:00Z"})
      assert {user.role, user.confirmed_at} == {:member, nil}
    end
  end

  describe "settings" do
    test "take a new e-mail address, and want a new one" do
      user = registered!()
      assert {:ok, changed} = update(user, :email, %{"email" => "zoe@example.org"})
      assert to_string(changed.email) == "zoe@example.org"
      assert messages(update(user, :email, %{})) == %{email: ["did not change"]}

      user!(%{email: "yan@example.net"})
      taken = update(user, :email, %{"email" => "Yan@example.net"})
      assert messages(taken) == %{email: ["has already been taken"]}
    end

    test "take a new password that is confirmed" do
      user = registered!()
      phrase = %{"password" => "another fine phrase", "password_confirmation" => "something else"}

      assert messages(update(user, :password, phrase)) ==
               %{password_confirmation: ["does not match password"]}

      phrase = %{phrase | "password_confirmation" => "another fine phrase"}
      assert {:ok, changed} = update(user, :password, phrase)
      assert Password.verify("another fine phrase", changed.hashed_password)
      refute Password.verify(@password, changed.hashed_password)
    end

    test "know the roles that there are" do
      user = registered!()
      assert {:ok, %{role: :editor}} = update(user, :role, %{"role" => "editor"})
      assert messages(update(user, :role, %{"role" => "king"})) == %{role: ["is invalid"]}
      assert messages(update(user, :role, %{"role" => nil})) == %{role: ["can't be blank"]}
    end

    test "keep the time at which a user was confirmed" do
      assert {:ok, %{confirmed_at: %DateTime{}}} = update(registered!(), :confirm, %{})
    end
  end

  test "a profile's links have an address" do
    links = [%{"label" => "Home", "url" => "https://example.net"}]
    profile = create!(Profile, %{:user_id => user!().id, "links" => links})
    assert [%{"label" => "Home", "url" => "https://example.net"}] = stored(profile, "links")

    links = [%{"url" => "ftp://x"}, %{"label" => "Nowhere"}]

    assert messages(update(profile, :update, %{"links" => links})) == %{
             [:links, 0, :url] => ["has invalid format"],
             [:links, 1, :url] => ["can't be blank"]
           }

    assert {:ok, profile} = update(profile, :update, %{"links" => []})
    assert stored(profile, "links") == []
  end

  describe "customers" do
    test "have one address, and all of it" do
      customer = customer!(%{address: %{street: "Hauptstr. 1", city: "Köln"}})

      assert messages(Billing.update_customer(customer, %{address: %{city: ""}, country: "D"})) ==
               %{
                 [:address, :city] => ["can't be blank"],
                 :country => ["should be 2 character(s)"]
               }

      {:ok, moved} = Billing.update_customer(customer, %{address: %{city: "Bonn"}})
      assert %{"street" => "Hauptstr. 1", "city" => "Bonn"} = stored(moved, "address")
    end

    test "are told apart by their tax id, and have a mail address" do
      customer!(%{country: "DE", tax_id: "42"})
      customer = customer!()

      assert messages(Billing.update_customer(customer, %{country: "DE", tax_id: "42"})) ==
               %{tax_id: ["has already been taken"]}

      assert messages(Billing.update_customer(customer, %{billing_email: "nowhere"})) ==
               %{billing_email: ["is not an address"]}
    end
  end

  describe "orders" do
    test "are written with their lines" do
      order = order!(customer!(), %{"lines" => @lines, "shipping" => address()})

      assert order.reference == String.upcase(order.reference)
      assert Enum.map(lines(order), &{&1.sku, &1.quantity}) == [{"MUG", 2}, {"PEN", 1}]
      assert Decimal.equal?(order.total, 26)
      assert stored(order, "shipping")["country"] == "DE"
      assert {:ok, %{id: id}} = Billing.get_order_by_reference(order.reference)
      assert id == order.id
    end

    test "lose the lines that aren't given any more" do
      order = order!(customer!(), %{"lines" => @lines})
      [mug, _pen] = lines(order)
      lines = [%{"id" => mug.id, "quantity" => "1"}, %{"sku" => "CUP", "unit_price" => "3"}]

      {:ok, order} = update(order, :update, %{"lines" => lines})
      assert Enum.map(lines(order), &{&1.sku, &1.quantity}) == [{"MUG", 1}, {"CUP", 1}]
      assert Decimal.equal?(order.total, "15.5")
    end

    test "say what is wrong with which line" do
      lines = [%{"sku" => "MUG", "quantity" => "0", "unit_price" => "-1"}, %{"sku" => " "}]
      attributes = %{"reference" => "a b", "note" => String.duplicate("x", 501), "lines" => lines}

      assert messages(order(customer!(), attributes)) == %{
               :reference => ["may have letters, digits and dashes only"],
               :note => ["is too long (500 at most)"],
               [:lines, 0, :quantity] => ["must be greater than 0"],
               [:lines, 0, :unit_price] => ["must be greater than or equal to 0"],
               [:lines, 1, :sku] => ["can't be blank"],
               [:lines, 1, :unit_price] => ["can't be blank"]
             }
    end

    test "have a line for a thing once" do
      [mug, _pen] = @lines

      assert messages(order(customer!(), %{"lines" => [mug, mug]})) ==
               %{[:lines, 1, :sku] => ["is in the order already"]}
    end

    test "have a reference of their own, and somewhere near to go" do
      customer = customer!()
      order!(customer)

      assert messages(order(customer, %{"shipping" => %{address() | "country" => "US"}})) == %{
               :reference => ["is taken"],
               [:shipping, :country] => ["is too far away"]
             }
    end

    test "belong to a customer who is there" do
      assert messages(order(%Customer{id: 0}, %{"reference" => "nobody"})) ==
               %{customer: ["is gone"]}
    end

    test "go from one status to the next" do
      order = order!(customer!())

      assert messages(Billing.set_order_status(order, %{"status" => "shipped"})) ==
               %{status: ["can't be set now"]}

      {:ok, placed} = Billing.set_order_status(order, %{"status" => "placed"})
      assert placed.placed_at
      assert placed.lock_version == order.lock_version + 1
      assert {:ok, shipped} = Billing.set_order_status(placed, %{"status" => "shipped"})

      assert messages(Billing.cancel_order(shipped, %{"note" => "too late"})) ==
               %{status: ["can't be canceled once it is shipped"]}
    end

    test "aren't changed by two at once" do
      order = order!(customer!())
      {:ok, _order} = update(order, :update, %{"note" => "first"})

      assert {:error, %Ash.Error.Invalid{errors: [%Ash.Error.Changes.StaleRecord{}]}} =
               update(order, :update, %{"note" => "second"})
    end

    test "are credited when they are canceled after they were placed" do
      customer = customer!()
      order = order!(customer, %{"lines" => @lines})
      {:ok, order} = Billing.set_order_status(order, %{"status" => "placed"})
      assert messages(Billing.cancel_order(order, %{})) == %{note: ["has to say why"]}

      assert {:ok, %{status: :canceled}} = Billing.cancel_order(order, %{"note" => "too late"})
      assert Decimal.equal?(Ash.get!(Customer, customer.id).balance, 26)
    end
  end

  describe "subscriptions" do
    test "have seats up to a number, until they end" do
      subscription = subscription!(customer!())
      assert {:ok, %{seats: 500}} = Billing.update_seats(subscription, %{seats: 500})

      assert messages(update(subscription, :seats, %{seats: 9}, %{opts: [most: 8]})) ==
               %{seats: ["must be less than or equal to 8"]}

      ended = %{subscription | status: :canceled}

      assert messages(Billing.update_seats(ended, %{seats: 0})) ==
               %{seats: ["can't change after the end", "must be greater than 0"]}
    end

    test "of one customer don't overlap" do
      first = subscription!(customer!())
      given = Map.take(first, [:customer_id, :plan_code, :period])
      assert messages(create(Subscription, given)) == %{period: ["overlaps another subscription"]}
    end
  end

  test "a plan's price is not below zero" do
    assert messages(Billing.update_plan(plan!(), %{price: -1})) ==
             %{price: ["can't be below zero"]}
  end

  test "an invoice is taken back with a reason" do
    customer = customer!()
    draft = %{year: 2091, number: 1, customer_id: customer.id}
    invoice = create!(Invoice, draft)

    assert messages(create(Invoice, %{draft | number: 2})) ==
             %{status: ["there is a draft already"]}

    assert messages(Billing.void_invoice(invoice, %{notes: "wrong"})) ==
             %{notes: ["should be at least 10 character(s)"]}

    assert {:ok, %{status: :void}} = Billing.void_invoice(invoice, %{notes: "made by mistake"})
  end

  test "a coupon takes off a percentage or an amount" do
    assert messages(create(Coupon, %{code: "x", percent_off: 1, amount_off: 1})) ==
             %{amount_off: ["can't be given together with a percentage"]}
  end

  describe "categories" do
    test "get a slug from their name" do
      {:ok, category} = Blog.create_category(%{"name" => "Küche & Kultur"})
      assert category.slug == "k-che-kultur"
      {:ok, renamed} = Blog.update_category(category, %{"name" => "Kitchen"})
      assert renamed.slug == "k-che-kultur"
    end

    test "have a slug of their own, and not one of ours" do
      {:ok, _category} = Blog.create_category(%{"name" => "Actions' news"})

      assert messages(Blog.create_category(%{"name" => "x", "slug" => "actions-news"})) ==
               %{slug: ["has already been taken"]}

      assert messages(Blog.create_category(%{"name" => "New"})) == %{slug: ["is reserved"]}
    end
  end

  test "tags are trimmed, and there once" do
    {:ok, tag} = Blog.create_tag(%{"name" => "  action's tag "})
    assert {:ok, %{id: id}} = Blog.get_tag_by_name("action's tag")
    assert id == tag.id
    assert messages(Blog.create_tag(%{"name" => "action's tag"})) == %{name: ["is a tag already"]}

    assert messages(Blog.update_tag(tag, %{"name" => String.duplicate("x", 61)})) ==
             %{name: ["should be at most 60 character(s)"]}

    assert :ok = Blog.delete_tag(tag)
  end

  test "a post is published by somebody, at a time" do
    reviewer = user!()
    at = ~U[2091-01-01 00:00:00.000000Z]
    {:ok, post} = update(post!(), :publish, %{}, %{reviewer: reviewer, at: at})
    assert {post.status, post.reviewer_id, post.published_at} == {:published, reviewer.id, at}
  end

  test "a comment has a text, and a post" do
    assert %{body: "Well."} = create!(Comment, %{post_id: post!().id, body: "Well."})

    assert messages(create(Comment, %{body: ""})) ==
             %{body: ["can't be blank"], post_id: ["can't be blank"]}
  end

  # Values of embeds are compared as the table has them, whichever way a resource reads them.
  defp stored(record, column) do
    source = AshPostgres.DataLayer.Info.table(record.__struct__)
    key = record.__struct__ |> Ash.Resource.Info.primary_key() |> hd()

    %{rows: [[value]]} =
      App.Repo.query!("SELECT #{column} FROM #{source} WHERE #{key} = $1", [Map.get(record, key)])

    value
  end

  defp address do
    %{"name" => "Ada", "street" => "Hauptstr. 1", "city" => "Köln", "country" => "DE"}
  end
end
