defmodule Shop.Sales.Org do
  @moduledoc "A customer."

  use Ash.Resource,
    otp_app: :shop,
    domain: Shop.Sales,
    data_layer: AshPostgres.DataLayer,
    authorizers: [Ash.Policy.Authorizer],
    notifiers: [Ash.Notifier.PubSub],
    extensions: [AshGraphql.Resource, AshPaperTrail.Resource]

  postgres do
    table "orgs"
    repo Shop.Repo
  end

  graphql do
    type :org
  end

  paper_trail do
    change_tracking_mode :changes_only
  end

  resource do
    description "Whoever sells tickets with us."
    plural_name :orgs
  end

  code_interface do
    define :by_slug, args: [:slug], get?: true
  end

  actions do
    default_accept [:name, :slug]
    defaults [:read, :destroy]

    read :by_slug do
      argument :slug, :string, allow_nil?: false
      get? true
      filter expr(slug == ^arg(:slug))
    end

    create :open do
      primary? true
      change fn changeset, _context -> changeset end
    end

    update :rename do
      accept [:name]
    end
  end

  policies do
    policy always() do
      authorize_if always()
    end
  end

  pub_sub do
    module Shop.Endpoint
    prefix "org"
  end

  validations do
    validate string_length(:name, min: 2), message: "is too short"
  end

  attributes do
    uuid_primary_key :id, public?: true, writable?: true

    attribute :name, :string do
      description "As it is printed."
      allow_nil? false
      public? true
      constraints min_length: 2, max_length: 80, match: ~r/\S/
    end

    attribute :slug, :string, allow_nil?: false, public?: true

    # Nobody has paid yet.
    attribute :plan, Shop.Types.Plan, default: :free, allow_nil?: false
    attribute :settings, :map, default: %{}, sensitive?: true

    timestamps()
  end

  relationships do
    has_many :users, Shop.Sales.User, public?: true

    has_one :latest_venue, Shop.Sales.Venue do
      sort inserted_at: :desc
      from_many? true
    end

    has_many :venues, Shop.Sales.Venue
  end

  calculations do
    calculate :title, :string, expr(name <> " (" <> slug <> ")"), public?: true
  end

  aggregates do
    count :user_count, :users, public?: true
  end

  identities do
    identity :unique_slug, [:slug], message: "is taken", eager_check_with: Shop.Sales
  end
end
