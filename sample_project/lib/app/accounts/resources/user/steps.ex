defmodule App.Accounts.Resources.User.Steps do
  @moduledoc """
  Functions that actions of `App.Accounts.Resources.User` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  alias App.Accounts.Password

  def put_confirmed_at(changeset) do
    change(changeset, confirmed_at: DateTime.utc_now(:second))
  end

  def maybe_add_error_email(changeset) do
    changeset
    |> case do
      %{changes: %{email: _}} = changeset -> changeset
      %{} = changeset -> add_error(changeset, :email, "did not change")
    end
  end

  def maybe_hash_password(changeset, opts) do
    password = get_change(changeset, :password)

    if Keyword.get(opts, :hash_password, true) && password && changeset.valid? do
      changeset
      |> put_change(:hashed_password, Password.hash(password))
      |> delete_change(:password)
    else
      changeset
    end
  end
end
