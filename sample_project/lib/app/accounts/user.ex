defmodule App.Accounts.User do
  use Ecto.Schema
  import Ecto.Changeset

  alias App.Accounts.Password

  @type t :: %__MODULE__{}

  @mail_regex ~r/^[^\s]+@[^\s]+$/
  @reserved_handles ~w(admin root support)
  @password_length [min: 12, max: 72]

  schema "users" do
    field :email, :string
    field :password, :string, virtual: true, redact: true
    field :current_password, :string, virtual: true, redact: true
    field :terms, :boolean, virtual: true
    field :hashed_password, :string, redact: true
    field :handle, :string
    field :role, Ecto.Enum, values: [:member, :editor, :admin], default: :member
    field :confirmed_at, :utc_datetime
    field :last_sign_in_at, :utc_datetime_usec
    field :last_sign_in_ip, Legacy.Types.Inet

    has_one :profile, App.Accounts.Profile
    has_one :customer, Legacy.Billing.Customer
    has_many :tokens, App.Accounts.UserToken
    has_many :posts, Legacy.Blog.Post, foreign_key: :author_id
    has_many :reviews, Legacy.Blog.Post, foreign_key: :reviewer_id
    many_to_many :followed_tags, Legacy.Blog.Tag, join_through: "users_followed_tags"

    timestamps(type: :utc_datetime)
  end

  @doc """
  A changeset for registration. `hash_password: false` leaves the password as
  typed, for validating a form while it is being filled in.
  """
  def registration_changeset(user, attrs, opts \\ []) do
    user
    |> cast(attrs, [:email, :password, :handle])
    |> validate_email()
    |> validate_handle()
    |> validate_password(opts)
  end

  @doc """
  A registration of somebody who has to accept the terms, which those who are invited needn't.
  """
  def sign_up_changeset(user, attrs) do
    user
    |> cast(attrs, [:terms])
    |> validate_acceptance(:terms)
    |> registration_changeset(attrs)
  end

  def email_changeset(user, attrs) do
    user
    |> cast(attrs, [:email])
    |> validate_email()
    |> case do
      %{changes: %{email: _}} = changeset -> changeset
      %{} = changeset -> add_error(changeset, :email, "did not change")
    end
  end

  def password_changeset(user, attrs, opts \\ []) do
    user
    |> cast(attrs, [:password])
    |> validate_confirmation(:password, message: "does not match password")
    |> validate_password(opts)
  end

  def role_changeset(user, attrs) do
    user
    |> cast(attrs, [:role])
    |> validate_required([:role])
    |> check_constraint(:role, name: :users_role_check, message: "is no role")
  end

  def confirm_changeset(user) do
    change(user, confirmed_at: DateTime.utc_now(:second))
  end

  @doc """
  Authors stay, and so do paying users.
  """
  def delete_changeset(user) do
    user
    |> change()
    |> no_assoc_constraint(:posts, message: "have to go first")
    |> no_assoc_constraint(:customer)
  end

  def validate_current_password(changeset, password) do
    if valid_password?(changeset.data, password) do
      changeset
    else
      add_error(changeset, :current_password, "is not valid")
    end
  end

  @doc """
  Takes as long for an unknown user as for a wrong password.
  """
  def valid_password?(%__MODULE__{hashed_password: hashed_password}, password)
      when is_binary(hashed_password) and byte_size(password) > 0 do
    Password.verify(password, hashed_password)
  end

  def valid_password?(_user, _password), do: Password.no_user_verify()

  defp validate_email(changeset) do
    changeset
    |> validate_required([:email])
    |> validate_format(:email, @mail_regex, message: "must have the @ sign and no spaces")
    |> validate_length(:email, max: 160)
    |> unsafe_validate_unique(:email, App.Repo)
    |> unique_constraint(:email)
  end

  defp validate_handle(changeset) do
    changeset
    |> validate_length(:handle, min: 2, max: 39)
    |> validate_exclusion(:handle, @reserved_handles)
    |> unique_constraint(:handle, name: :users_lower_handle_index, message: "is somebody else's")
  end

  defp validate_password(changeset, opts) do
    changeset
    |> validate_required([:password])
    |> validate_length(:password, @password_length)
    |> maybe_hash_password(opts)
  end

  defp maybe_hash_password(changeset, opts) do
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
