defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Booking
    resource App.Core.Event
    resource App.Core.Organization
    resource App.Core.Project
    resource App.Core.Room
    resource App.Core.Settings
    resource App.Core.Tag
    resource App.Core.User
    resource App.Core.UserTag
  end
end

defmodule App.Core.Booking do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "bookings"
    repo App.Repo
    migrate? false

    references do
      reference :room do
        name "bookings_organization_id_room_number_fkey"
        on_delete :delete
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    integer_primary_key :id

    attribute :organization_id, :integer do
      allow_nil? false
      public? true
      writable? false
    end

    attribute :room_number, :integer do
      allow_nil? false
      public? true
    end

    attribute :label, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end

    belongs_to :room, App.Core.Room do
      source_attribute :room_number
      destination_attribute :number
      define_attribute? false
      filter expr(organization_id == parent(organization_id))
      public? true
    end
  end
end

defmodule App.Core.Event do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "events"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :kind, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :user_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :user, App.Core.User do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Organization do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "organizations"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:id, "bookings_organization_id_fkey", "would leave records behind"},
      {:id, "projects_organization_id_fkey", "would leave records behind"},
      {:id, "rooms_organization_id_fkey", "would leave records behind"},
      {:id, "settings_organization_id_fkey", "would leave records behind"},
      {:id, "tags_organization_id_fkey", "would leave records behind"},
      {:id, "users_organization_id_fkey", "would leave records behind"},
      {:id, "users_tags_organization_id_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :bookings, App.Core.Booking do
      public? true
    end

    has_many :projects, App.Core.Project do
      public? true
    end

    has_many :rooms, App.Core.Room do
      public? true
    end

    has_many :settings, App.Core.Settings do
      public? true
    end

    has_many :tags, App.Core.Tag do
      public? true
    end

    has_many :users, App.Core.User do
      public? true
    end

    has_many :users_tags, App.Core.UserTag do
      public? true
    end
  end
end

defmodule App.Core.Project do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "projects"
    repo App.Repo
    migrate? false

    identity_index_names title: "projects_title_organization_id_key"

    references do
      reference :owner do
        name "projects_owner"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    integer_primary_key :id

    attribute :organization_id, :integer do
      allow_nil? false
      public? true
      writable? false
    end

    attribute :title, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :owner_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end

    belongs_to :owner, App.Core.User do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :title, [:title]
  end
end

defmodule App.Core.Room do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "rooms"
    repo App.Repo
    migrate? false

    unique_index_names [{[:number], "rooms_pkey"}]

    foreign_key_names [
      {:number, "bookings_organization_id_room_number_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    attribute :organization_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
      writable? false
    end

    attribute :number, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end

    has_many :bookings, App.Core.Booking do
      source_attribute :number
      destination_attribute :room_number
      filter expr(organization_id == parent(organization_id))
      public? true
    end
  end
end

defmodule App.Core.Settings do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "settings"
    repo App.Repo
    migrate? false

    unique_index_names [{[:key], "settings_pkey"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    attribute :organization_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
      writable? false
    end

    attribute :key, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :value, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Tag do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "tags"
    repo App.Repo
    migrate? false

    identity_index_names label: "tags_organization_id_label_key"

    foreign_key_names [{:id, "users_tags_tag_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    integer_primary_key :id

    attribute :organization_id, :integer do
      allow_nil? false
      public? true
      writable? false
    end

    attribute :label, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end

    many_to_many :users, App.Core.User do
      through App.Core.UserTag
      public? true
    end
  end

  identities do
    identity :label, [:label]
  end
end

defmodule App.Core.User do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    repo App.Repo
    migrate? false

    identity_index_names badge: "users_badge_key",
                         email: "users_email",
                         login: "users_login",
                         id: "users_organization_id_id_key",
                         phone: "users_phone"

    identity_wheres_to_sql phone: "active"

    foreign_key_names [
      {:id, "events_user_id_fkey", "would leave records behind"},
      {:id, "projects_owner", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    integer_primary_key :id

    attribute :organization_id, :integer do
      allow_nil? false
      public? true
      writable? false
    end

    attribute :email, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :login, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :badge, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :phone, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :active, :boolean do
      allow_nil? false
      public? true
      default true
    end

    attribute :boss_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end

    belongs_to :boss, App.Core.User do
      define_attribute? false
      public? true
    end

    has_many :events, App.Core.Event do
      public? true
    end

    has_many :projects, App.Core.Project do
      destination_attribute :owner_id
      public? true
    end

    has_many :boss_users, App.Core.User do
      destination_attribute :boss_id
      public? true
    end

    many_to_many :tags, App.Core.Tag do
      through App.Core.UserTag
      public? true
    end
  end

  identities do
    identity :badge, [:badge] do
      all_tenants? true
    end

    identity :email, [:email]

    identity :login, [:login]

    identity :id, [:id]

    identity :phone, [:phone] do
      where expr(active)
    end
  end
end

defmodule App.Core.UserTag do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users_tags"
    repo App.Repo
    migrate? false

    references do
      reference :user do
        on_delete :delete
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    attribute :user_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :tag_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :organization_id, :integer do
      allow_nil? false
      public? true
      writable? false
    end
  end

  relationships do
    belongs_to :user, App.Core.User do
      define_attribute? false
      public? true
    end

    belongs_to :tag, App.Core.Tag do
      define_attribute? false
      public? true
    end

    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end
  end
end

# tenant-needed events: Its relationship user leads from a global table to rows of tenants: without a tenant a load fails, and a filter or `exists` sees the rows of all tenants.
# tenant-needed organizations: Its relationships bookings, projects, rooms, settings, tags, users, users_tags lead from a global table to rows of tenants: without a tenant a load fails, and a filter or `exists` sees the rows of all tenants.
