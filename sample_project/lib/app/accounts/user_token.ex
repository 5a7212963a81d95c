defmodule App.Accounts.UserToken do
  use Ecto.Schema
  import Ecto.Query

  alias App.Accounts.{User, UserToken}

  @hash_algorithm :sha256
  @rand_size 32

  @session_validity_in_days 60
  @confirm_validity_in_days 7
  @change_email_validity_in_days 7
  @reset_password_validity_in_days 1

  schema "users_tokens" do
    field :token, :binary, redact: true
    field :context, :string
    field :sent_to, :string
    field :authenticated_at, :utc_datetime
    belongs_to :user, User

    timestamps(type: :utc_datetime, updated_at: false)
  end

  @doc """
  A session token is kept as it is: it only ever travels in a signed cookie.
  """
  def build_session_token(user) do
    token = :crypto.strong_rand_bytes(@rand_size)
    now = DateTime.utc_now(:second)

    {token, %UserToken{token: token, context: "session", user_id: user.id, authenticated_at: now}}
  end

  def verify_session_token_query(token) do
    from token in by_token_and_context_query(token, "session"),
      join: user in assoc(token, :user),
      where: token.inserted_at > ago(@session_validity_in_days, "day"),
      select: user
  end

  @doc """
  A token that is mailed is kept as a hash, so that nobody who can read the
  table can use it.
  """
  def build_email_token(user, context) do
    token = :crypto.strong_rand_bytes(@rand_size)

    {Base.url_encode64(token, padding: false),
     %UserToken{
       token: :crypto.hash(@hash_algorithm, token),
       context: context,
       sent_to: user.email,
       user_id: user.id
     }}
  end

  def verify_email_token_query(token, context) do
    with {:ok, hashed_token} <- hash_encoded(token) do
      days = days_for_context(context)

      query =
        from token in by_token_and_context_query(hashed_token, context),
          join: user in assoc(token, :user),
          where: token.inserted_at > ago(^days, "day") and token.sent_to == user.email,
          select: user

      {:ok, query}
    end
  end

  def verify_change_email_token_query(token, "change:" <> _ = context) do
    with {:ok, hashed_token} <- hash_encoded(token) do
      query =
        from token in by_token_and_context_query(hashed_token, context),
          where: token.inserted_at > ago(@change_email_validity_in_days, "day")

      {:ok, query}
    end
  end

  def by_token_and_context_query(token, context) do
    from UserToken, where: [token: ^token, context: ^context]
  end

  def by_user_and_contexts_query(user, :all) do
    from t in UserToken, where: t.user_id == ^user.id
  end

  def by_user_and_contexts_query(user, [_ | _] = contexts) do
    from t in UserToken, where: t.user_id == ^user.id and t.context in ^contexts
  end

  defp hash_encoded(token) do
    with {:ok, decoded} <- Base.url_decode64(token, padding: false) do
      {:ok, :crypto.hash(@hash_algorithm, decoded)}
    end
  end

  defp days_for_context("confirm"), do: @confirm_validity_in_days
  defp days_for_context("reset_password"), do: @reset_password_validity_in_days
end
