defmodule App.AccountsTest do
  use App.DataCase, async: true

  require Ash.Query

  alias App.Accounts.Resources.{User, UserToken}

  describe "users" do
    test "are created and read back" do
      user = user!(%{email: "Zoe@Example.net", handle: "zoe-the-test"})

      assert [found] = User |> Ash.Query.filter(email == "zoe@example.NET") |> Ash.read!()
      assert found.id == user.id
      assert to_string(found.email) == "Zoe@Example.net"
      assert found.role == :member
    end

    test "keep empty strings and blanks, which the legacy code may rely on" do
      user = user!(%{handle: " "})
      assert Ash.get!(User, user.id).handle == " "
    end

    test "have one e-mail address each, whatever its case" do
      user!(%{email: "zoe@example.net"})
      second = create(User, %{email: "ZOE@example.net", hashed_password: "x"})
      assert error_fields(second) == [:email]
    end

    test "have one handle each, which only an index over an expression says" do
      user!(%{handle: "zoe-the-test"})

      second =
        create(User, %{email: "yan@example.net", hashed_password: "x", handle: "ZOE-the-test"})

      assert error_fields(second) == [:handle]
    end

    test "have a role that the check constraint knows" do
      user = user!()
      updated = user |> Ash.Changeset.for_update(:update, %{role: "king"}) |> Ash.update()
      assert error_fields(updated) == [:role]
    end

    test "can't go while a ticket of the helpdesk, which has no resource, is theirs" do
      user = user!()

      App.Repo.query!(
        """
        INSERT INTO support_tickets (requester_id, subject, created_at, updated_at)
        VALUES ($1, 'Help', now(), now())
        """,
        [user.id]
      )

      assert error_fields(Ash.destroy(user)) == [:id]
    end

    test "don't show their password" do
      user = user!(%{hashed_password: "$pbkdf2$secret"})
      assert user.hashed_password == "$pbkdf2$secret"
      refute inspect(user) =~ "secret"
    end
  end

  describe "tokens" do
    test "belong to a user, and the user has them" do
      user = user!()
      token = create!(UserToken, %{user_id: user.id, token: <<1, 255>>, context: "session"})

      assert Ash.load!(token, :user).user.id == user.id
      assert [%{id: id, token: <<1, 255>>}] = Ash.load!(user, :tokens).tokens
      assert id == token.id
      refute inspect(token) =~ "255"
    end

    test "of nobody are refused at the field" do
      token = create(UserToken, %{user_id: 0, token: "t", context: "session"})
      assert error_fields(token) == [:user_id]
    end
  end
end
