defmodule App.Accounts.Profile do
  use Ecto.Schema
  import Ecto.Changeset

  # A profile shares its user's key.
  @primary_key false
  schema "user_profiles" do
    belongs_to :user, App.Accounts.User, primary_key: true
    field :display_name, :string, default: ""
    field :bio, :string
    field :born_on, :date
    field :time_zone, :string, default: "Etc/UTC"
    field :digest_at, :time
    field :avatar_thumb, :binary

    embeds_many :links, Link, primary_key: false, on_replace: :delete do
      field :label, :string
      field :url, :string
    end

    timestamps(type: :utc_datetime)
  end

  def changeset(profile, attrs) do
    profile
    |> cast(attrs, [:display_name, :bio, :born_on, :time_zone, :digest_at, :avatar_thumb])
    |> cast_embed(:links, with: &link_changeset/2)
    |> validate_required([:user_id, :time_zone])
    |> validate_length(:display_name, max: 80)
    |> validate_length(:time_zone, max: 64)
    |> unique_constraint(:user_id, name: :user_profiles_pkey)
    |> foreign_key_constraint(:user_id)
  end

  defp link_changeset(link, attrs) do
    link
    |> cast(attrs, [:label, :url])
    |> validate_required([:url])
    |> validate_format(:url, ~r{^https?://})
  end
end
