defmodule App.Accounts do
  @moduledoc """
  People who can log in: registration, sessions, confirmation, passwords.
  """

  import Ecto.Query

  alias App.Accounts.{LoginAttempt, Profile, User, UserNotifier, UserToken}
  alias App.Repo

  @max_failures 5
  @failure_window_in_minutes 15

  ## Users

  def get_user!(id), do: Repo.get!(User, id)

  def get_user_by_email(email) when is_binary(email) do
    Repo.get_by(User, email: email)
  end

  def get_user_by_handle(handle) when is_binary(handle) do
    Repo.one(from u in User, where: fragment("lower(?)", u.handle) == ^String.downcase(handle))
  end

  def get_user_by_email_and_password(email, password)
      when is_binary(email) and is_binary(password) do
    user = get_user_by_email(email)
    if User.valid_password?(user, password), do: user
  end

  def list_users(opts \\ []) do
    User
    |> filter_by_role(opts[:role])
    |> order_by([u], asc: u.email)
    |> preload(:profile)
    |> Repo.all()
  end

  defp filter_by_role(query, nil), do: query
  defp filter_by_role(query, role), do: where(query, [u], u.role == ^role)

  def register_user(attrs) do
    %User{}
    |> User.registration_changeset(attrs)
    |> Repo.insert()
  end

  def sign_up(attrs) do
    %User{}
    |> User.sign_up_changeset(attrs)
    |> Repo.insert()
  end

  def change_user_registration(%User{} = user, attrs \\ %{}) do
    User.registration_changeset(user, attrs, hash_password: false)
  end

  def update_user_role(%User{} = user, role) do
    user
    |> User.role_changeset(%{role: role})
    |> Repo.update()
  end

  def follow_tag(%User{id: user_id}, %{id: tag_id}) do
    Repo.insert_all("users_followed_tags", [%{user_id: user_id, tag_id: tag_id}],
      on_conflict: :nothing
    )

    :ok
  end

  def unfollow_tag(%User{id: user_id}, %{id: tag_id}) do
    Repo.delete_all(
      from f in "users_followed_tags", where: f.user_id == ^user_id and f.tag_id == ^tag_id
    )

    :ok
  end

  def delete_user(%User{} = user) do
    user
    |> User.delete_changeset()
    |> Repo.delete()
  end

  ## Settings

  def change_user_email(%User{} = user, attrs \\ %{}) do
    User.email_changeset(user, attrs)
  end

  @doc """
  Checks that the email could be set, without setting it. The user gets a mail
  with a link first, see `update_user_email/2`.
  """
  def apply_user_email(%User{} = user, password, attrs) do
    user
    |> User.email_changeset(attrs)
    |> User.validate_current_password(password)
    |> Ecto.Changeset.apply_action(:update)
  end

  def update_user_email(%User{} = user, token) do
    context = "change:#{user.email}"

    with {:ok, query} <- UserToken.verify_change_email_token_query(token, context),
         %UserToken{sent_to: email} <- Repo.one(query),
         {:ok, _changes} <- Repo.transaction(user_email_multi(user, email, context)) do
      :ok
    else
      _ -> :error
    end
  end

  defp user_email_multi(user, email, context) do
    changeset =
      user
      |> User.email_changeset(%{email: email})
      |> User.confirm_changeset()

    Ecto.Multi.new()
    |> Ecto.Multi.update(:user, changeset)
    |> Ecto.Multi.delete_all(:tokens, UserToken.by_user_and_contexts_query(user, [context]))
  end

  def update_user_password(%User{} = user, password, attrs) do
    changeset =
      user
      |> User.password_changeset(attrs)
      |> User.validate_current_password(password)

    save_password(user, changeset)
  end

  defp save_password(user, changeset) do
    Ecto.Multi.new()
    |> Ecto.Multi.update(:user, changeset)
    |> Ecto.Multi.delete_all(:tokens, UserToken.by_user_and_contexts_query(user, :all))
    |> Repo.transaction()
    |> case do
      {:ok, %{user: user}} -> {:ok, user}
      {:error, :user, changeset, _changes} -> {:error, changeset}
    end
  end

  ## Sessions

  def generate_user_session_token(%User{} = user) do
    {token, user_token} = UserToken.build_session_token(user)
    Repo.insert!(user_token)
    token
  end

  def get_user_by_session_token(token) do
    token |> UserToken.verify_session_token_query() |> Repo.one()
  end

  def delete_user_session_token(token) do
    Repo.delete_all(UserToken.by_token_and_context_query(token, "session"))
    :ok
  end

  @doc """
  Notes a try to log in. A good one also marks the user.
  """
  def record_login_attempt(attrs) do
    with {:ok, attempt} <- attrs |> LoginAttempt.changeset() |> Repo.insert() do
      if attempt.succeeded do
        Repo.update_all(
          from(u in User, where: u.id == ^attempt.user_id),
          set: [last_sign_in_at: attempt.attempted_at, last_sign_in_ip: attempt.ip]
        )
      end

      {:ok, attempt}
    end
  end

  def too_many_failures?(email) do
    since = DateTime.add(DateTime.utc_now(), -@failure_window_in_minutes, :minute)

    failures =
      Repo.aggregate(
        from(a in LoginAttempt,
          where: a.email == ^email and not a.succeeded and a.attempted_at > ^since
        ),
        :count
      )

    failures >= @max_failures
  end

  ## Confirmation

  @doc """
  Makes a confirmation token and the mail that carries it.
  """
  def build_confirmation_email(%User{confirmed_at: nil} = user, url_fun) do
    {encoded_token, user_token} = UserToken.build_email_token(user, "confirm")
    Repo.insert!(user_token)
    {:ok, UserNotifier.confirmation_instructions(user, url_fun.(encoded_token))}
  end

  def build_confirmation_email(%User{}, _url_fun), do: {:error, :already_confirmed}

  def confirm_user(token) do
    with {:ok, query} <- UserToken.verify_email_token_query(token, "confirm"),
         %User{} = user <- Repo.one(query),
         {:ok, %{user: user}} <- Repo.transaction(confirm_user_multi(user)) do
      {:ok, user}
    else
      _ -> :error
    end
  end

  defp confirm_user_multi(user) do
    Ecto.Multi.new()
    |> Ecto.Multi.update(:user, User.confirm_changeset(user))
    |> Ecto.Multi.delete_all(:tokens, UserToken.by_user_and_contexts_query(user, ["confirm"]))
  end

  ## Forgotten passwords

  def build_reset_password_email(%User{} = user, url_fun) do
    {encoded_token, user_token} = UserToken.build_email_token(user, "reset_password")
    Repo.insert!(user_token)
    {:ok, UserNotifier.reset_password_instructions(user, url_fun.(encoded_token))}
  end

  def get_user_by_reset_password_token(token) do
    with {:ok, query} <- UserToken.verify_email_token_query(token, "reset_password") do
      Repo.one(query)
    else
      :error -> nil
    end
  end

  def reset_user_password(%User{} = user, attrs) do
    save_password(user, User.password_changeset(user, attrs))
  end

  ## Profiles

  def get_profile(%User{id: user_id}) do
    Repo.get(Profile, user_id) || %Profile{user_id: user_id}
  end

  def change_profile(%Profile{} = profile, attrs \\ %{}) do
    Profile.changeset(profile, attrs)
  end

  def save_profile(%User{} = user, attrs) do
    user
    |> get_profile()
    |> Profile.changeset(attrs)
    |> Repo.insert_or_update()
  end
end
