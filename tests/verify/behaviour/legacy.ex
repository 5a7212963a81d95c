defmodule Legacy.Member do
  use Ecto.Schema
  import Ecto.Changeset

  schema "members" do
    field :email, :string
    field :name, :string
    field :role, :string, default: "member"
    field :age, :integer
    field :password, :string, virtual: true, redact: true
    field :terms, :boolean, virtual: true
    field :hashed_password, :string, redact: true
    field :welcomed_at, :naive_datetime
    has_many :articles, Legacy.Article
    timestamps()
  end

  def registration_changeset(member, attrs, opts \\ []) do
    member
    |> cast(attrs, [:email, :name, :password])
    |> update_change(:email, &String.downcase/1)
    |> validate_required([:email, :password])
    |> validate_format(:email, ~r/^[^\s]+@[^\s]+$/, message: "must have the @ sign and no spaces")
    |> validate_length(:email, max: 60)
    |> validate_length(:name, min: 2, max: 20)
    |> validate_length(:password, min: 8, max: 30, message: "has to have %{count} characters")
    |> validate_confirmation(:password, message: "does not match")
    |> validate_acceptance(:terms)
    |> maybe_hash(opts)
    |> put_change(:role, "guest")
    |> unique_constraint(:email, name: :members_email_index)
  end

  def profile_changeset(member, attrs) do
    member
    |> cast(attrs, [:name, :age, :role])
    |> validate_required([:name], message: "has to be there")
    |> validate_length(:name, min: 2, max: 20)
    |> validate_exclusion(:name, ~w(root admin))
    |> validate_number(:age, greater_than_or_equal_to: 18, less_than: 150)
    |> validate_inclusion(:role, ~w(member editor), message: "is no role")
    |> editors_are_of_age()
    |> welcome()
  end

  def maybe_hash(changeset, opts) do
    password = get_change(changeset, :password)

    if changeset.valid? and password != nil and Keyword.get(opts, :hash_password, true) do
      put_change(changeset, :hashed_password, "hashed " <> password)
    else
      changeset
    end
  end

  def editors_are_of_age(changeset) do
    if get_field(changeset, :role) == "editor" and (get_field(changeset, :age) || 0) < 21,
      do: add_error(changeset, :age, "is too low for an editor"),
      else: changeset
  end

  def welcome(changeset) do
    if changed?(changeset, :role),
      do: put_change(changeset, :welcomed_at, ~N[2024-05-05 10:00:00]),
      else: changeset
  end

  def secret_changeset(member, attrs), do: secret(member, attrs)
  defp secret(member, attrs), do: cast(member, attrs, [:name])

  def owned_changeset(member, attrs, owner), do: member |> cast(attrs, [:name]) |> put_change(:role, owner)

  def broken_changeset(member, attrs) do
    member |> cast(attrs, [:email, :name]) |> validate_required([:email]) |> put_change(:role, String.upcase(attrs["name"]))
  end
end

defmodule Legacy.Article do
  use Ecto.Schema
  import Ecto.Changeset

  schema "articles" do
    field :title, :string
    field :slug, :string
    field :price, :decimal
    field :tags, {:array, :string}
    field :state, :string, default: "draft"
    field :lock_version, :integer, default: 1
    belongs_to :member, Legacy.Member
    has_many :remarks, Legacy.Remark, on_replace: :delete
    timestamps()
  end

  def changeset(article, attrs) do
    article
    |> cast(attrs, [:title, :slug, :price, :tags, :member_id])
    |> put_slug()
    |> validate_required([:title, :member_id])
    |> validate_length(:title, max: 40)
    |> validate_format(:slug, ~r/\A[a-z0-9-]+\z/)
    |> validate_number(:price, greater_than: 0, less_than_or_equal_to: 500)
    |> validate_length(:tags, max: 3)
    |> validate_subset(:tags, ~w(elixir ash sql))
    |> cast_assoc(:remarks, with: &Legacy.Remark.changeset/2)
    |> foreign_key_constraint(:member_id, message: "is no member")
  end

  def state_changeset(article, attrs) do
    article
    |> cast(attrs, [:state])
    |> validate_required([:state])
    |> validate_inclusion(:state, ~w(draft public hidden))
    |> validate_change(:state, &not_back/2)
    |> needs_price()
    |> optimistic_lock(:lock_version)
  end

  def put_slug(changeset) do
    case {get_change(changeset, :slug), get_change(changeset, :title)} do
      {nil, title} when is_binary(title) ->
        slug = title |> String.downcase() |> String.replace(~r/[^a-z0-9]+/, "-") |> String.trim("-")
        put_change(changeset, :slug, slug)

      _ ->
        changeset
    end
  end

  def not_back(:state, "draft"), do: [state: "can't go back"]
  def not_back(:state, _state), do: []

  def needs_price(changeset) do
    if get_field(changeset, :state) == "public" and get_field(changeset, :price) == nil,
      do: add_error(changeset, :price, "has to be set"),
      else: changeset
  end
end

defmodule Legacy.Remark do
  use Ecto.Schema
  import Ecto.Changeset

  schema "remarks" do
    field :body, :string
    field :position, :integer, default: 0
    belongs_to :article, Legacy.Article
  end

  def changeset(remark, attrs) do
    remark
    |> cast(attrs, [:body, :position])
    |> validate_required([:body])
    |> validate_length(:body, max: 30)
    |> validate_number(:position, greater_than_or_equal_to: 0)
  end
end
