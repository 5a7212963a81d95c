defmodule Legacy.AccountsTest do
  @moduledoc "What `App.Accounts` does through Ecto."
  use App.DataCase, async: true

  alias App.Accounts
  alias App.Accounts.User

  @valid %{"email" => "zoe@example.net", "password" => "correct horse battery"}

  defp registered!(attributes \\ %{}) do
    {:ok, user} = Accounts.register_user(Map.merge(@valid, attributes))
    user
  end

  describe "registration" do
    test "keeps a hash of the password" do
      user = registered!()

      assert user.password == nil
      assert User.valid_password?(user, "correct horse battery")
      refute User.valid_password?(user, "")
      assert Accounts.get_user!(user.id).email == "zoe@example.net"
    end

    test "wants an e-mail address and a password" do
      {:error, changeset} =
        Accounts.register_user(%{"email" => "no address", "password" => "short"})

      assert errors_on(changeset) == %{
               email: ["must have the @ sign and no spaces"],
               password: ["should be at least 12 character(s)"]
             }

      {:error, changeset} = Accounts.register_user(%{})
      assert errors_on(changeset) == %{email: ["can't be blank"], password: ["can't be blank"]}
    end

    test "refuses an address that is taken, whatever its case" do
      registered!()
      {:error, changeset} = Accounts.register_user(%{@valid | "email" => "ZOE@example.net"})
      assert errors_on(changeset) == %{email: ["has already been taken"]}
    end

    test "refuses handles that are reserved, too short or taken" do
      registered!(%{"handle" => "zoe"})
      other = %{@valid | "email" => "yan@example.net"}

      for {handle, message} <- [
            {"root", "is reserved"},
            {"z", "should be at least 2 character(s)"},
            {"ZOE", "is somebody else's"}
          ] do
        {:error, changeset} = Accounts.register_user(Map.put(other, "handle", handle))
        assert errors_on(changeset) == %{handle: [message]}
      end
    end

    test "wants the terms accepted by those who sign up themselves" do
      {:error, changeset} = Accounts.sign_up(Map.put(@valid, "terms", "false"))
      assert errors_on(changeset) == %{terms: ["must be accepted"]}
      assert {:ok, _user} = Accounts.sign_up(Map.put(@valid, "terms", "true"))
    end

    test "leaves the password alone while a form is filled in" do
      changeset = Accounts.change_user_registration(%User{}, @valid)
      assert changeset.changes.password == "correct horse battery"
      refute Map.has_key?(changeset.changes, :hashed_password)
    end
  end

  describe "settings" do
    test "take a new e-mail address only with the password" do
      user = registered!()
      attrs = %{"email" => "zoe@example.org"}

      assert {:ok, %{email: "zoe@example.org"}} =
               Accounts.apply_user_email(user, "correct horse battery", attrs)

      {:error, changeset} = Accounts.apply_user_email(user, "wrong", %{})

      assert errors_on(changeset) == %{
               email: ["did not change"],
               current_password: ["is not valid"]
             }
    end

    test "take a new password that is confirmed" do
      user = registered!()
      attrs = %{"password" => "another fine phrase", "password_confirmation" => "something else"}
      {:error, changeset} = Accounts.update_user_password(user, "correct horse battery", attrs)
      assert errors_on(changeset) == %{password_confirmation: ["does not match password"]}

      attrs = %{attrs | "password_confirmation" => "another fine phrase"}
      {:ok, user} = Accounts.update_user_password(user, "correct horse battery", attrs)
      assert User.valid_password?(user, "another fine phrase")
    end

    test "know the roles that there are" do
      user = registered!()
      assert {:ok, %{role: :editor}} = Accounts.update_user_role(user, "editor")
      {:error, changeset} = Accounts.update_user_role(user, "king")
      assert errors_on(changeset) == %{role: ["is invalid"]}
    end
  end

  test "a user without posts can go" do
    user = registered!()
    Legacy.Blog.create_post(user, %{title: "One", slug: "one-of-zoe"})

    {:error, changeset} = Accounts.delete_user(user)
    assert errors_on(changeset) == %{posts: ["have to go first"]}
    assert {:ok, _user} = Accounts.delete_user(registered!(%{"email" => "yan@example.net"}))
  end

  test "a profile's links have an address" do
    user = registered!()
    links = [%{"label" => "Home", "url" => "https://example.net"}]
    {:ok, profile} = Accounts.save_profile(user, %{"display_name" => "Zoe", "links" => links})
    assert [%{label: "Home", url: "https://example.net"}] = profile.links

    links = [%{"url" => "ftp://x"}, %{"label" => "Nowhere"}]
    {:error, changeset} = Accounts.save_profile(user, %{"links" => links})

    assert errors_on(changeset) == %{
             links: [%{}, %{url: ["has invalid format"]}, %{url: ["can't be blank"]}]
           }
  end
end
