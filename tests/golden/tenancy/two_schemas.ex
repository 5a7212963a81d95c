defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Booking
    resource App.Core.Event
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
        on_delete :delete
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :context
  end

  attributes do
    integer_primary_key :id

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
    belongs_to :room, App.Core.Room do
      source_attribute :room_number
      destination_attribute :number
      define_attribute? false
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

    foreign_key_names [{:id, "projects_event_id_fkey", "would leave records behind"}]
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
  end

  relationships do
    has_many :projects, App.Core.Project do
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

    identity_index_names title: "projects_title_key"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :context
  end

  attributes do
    integer_primary_key :id

    attribute :title, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :owner_id, :integer do
      public? true
    end

    attribute :event_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :owner, App.Core.User do
      define_attribute? false
      public? true
    end

    belongs_to :event, App.Core.Event do
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

    foreign_key_names [{:number, "bookings_room_number_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :context
  end

  attributes do
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
    has_many :bookings, App.Core.Booking do
      source_attribute :number
      destination_attribute :room_number
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
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :context
  end

  attributes do
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
end

defmodule App.Core.Tag do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "tags"
    repo App.Repo
    migrate? false

    identity_index_names label: "tags_label_key"

    foreign_key_names [{:id, "users_tags_tag_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :context
  end

  attributes do
    integer_primary_key :id

    attribute :label, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
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
                         email: "users_email_key",
                         login: "users_login_key",
                         phone: "users_phone"

    identity_wheres_to_sql phone: "active"

    foreign_key_names [{:id, "projects_owner_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :context
  end

  attributes do
    integer_primary_key :id

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
    belongs_to :boss, App.Core.User do
      define_attribute? false
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
    identity :badge, [:badge]

    identity :email, [:email]

    identity :login, [:login]

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
    strategy :context
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
  end
end

# tenant-needed events: Its relationship projects leads from a table of all tenants to tables of each: a filter by a path (projects.id == 1) may run in the schema of another tenant, which Ecto's query cache remembers.
