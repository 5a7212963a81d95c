# table accounts: id :uuid!, name :string, slug :string!, kind :string, level :integer, tags [:string], terms_at :utc_datetime, active :boolean!, price :decimal, lock_version :integer!, body :map
# writes changeset: update
# style ash
defmodule Legacy.Billing.Account do
  use Ecto.Schema
  import Ecto.Changeset

  schema "accounts" do
    field :name, :string
    field :slug, :string
    field :kind, :string
    field :level, :integer
    field :tags, {:array, :string}
    field :terms_at, :utc_datetime
    field :active, :boolean
    field :price, :decimal
    field :lock_version, :integer
    field :body, :map
    field :terms, :boolean, virtual: true
    field :secret, :string, virtual: true
  end

  def changeset(account, attrs) do
    account
    |> cast(attrs, [:name, :slug, :kind, :level, :tags, :price, :body, :secret], empty_values: [])
    |> validate_required([:slug, :kind], message: "is needed")
    |> validate_length(:name, min: 2, max: 50)
    |> validate_length(:slug, is: 8, message: "has %{count} characters")
    |> validate_length(:kind, max: 9, count: :bytes)
    |> validate_length(:tags, max: 5)
    |> validate_format(:slug, ~r/^[a-z"-]+$/)
    |> validate_inclusion(:kind, ~w(free paid))
    |> validate_inclusion(:slug, ~w(aaaaaaaaaaaa bbbbbbbbbbbbb ccccccccccccc ddddddddddddddd eeeeeeeeeeeee))
    |> validate_exclusion(:slug, ["admin", "root"], message: "is \"taken\" \#{1}")
    |> validate_inclusion(:level, 1..9)
    |> validate_subset(:tags, ["red", "green"])
    |> validate_number(:price, greater_than: 0, less_than_or_equal_to: 100_000)
    |> validate_acceptance(:terms)
    |> validate_confirmation(:secret, required: true)
    |> validate_change(:name, &Legacy.Names.check/2)
    |> unsafe_validate_unique([:slug, :kind], App.Repo, message: "is taken")
    |> update_change(:slug, &String.downcase/1)
    |> put_change(:active, true)
    |> put_change(:kind, :odd)
    |> put_change(:secret, nil)
    |> force_change(:level, 3)
    |> change(name: nil, active: false)
    |> change(%{level: 4, price: 0})
    |> delete_change(:body)
    |> add_error(:name, "is wrong", validation: :odd)
    |> optimistic_lock(:lock_version)
  end
end
