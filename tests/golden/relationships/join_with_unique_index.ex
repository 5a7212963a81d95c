defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Membership
    resource App.Core.Team
    resource App.Core.User
  end
end

defmodule App.Core.Membership do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "memberships"
    repo App.Repo
    migrate? false

    identity_index_names user_id_team_id: "memberships_pair"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :team_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :user_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    create_timestamp :inserted_at do
      public? true
    end
  end

  relationships do
    belongs_to :team, App.Core.Team do
      define_attribute? false
      public? true
    end

    belongs_to :user, App.Core.User do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :user_id_team_id, [:user_id, :team_id]
  end
end

defmodule App.Core.Team do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "teams"
    repo App.Repo
    migrate? false

    foreign_key_names [{:id, "memberships_team_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id
  end

  relationships do
    many_to_many :users, App.Core.User do
      through App.Core.Membership
      public? true
    end
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

    foreign_key_names [{:id, "memberships_user_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id
  end

  relationships do
    many_to_many :teams, App.Core.Team do
      through App.Core.Membership
      public? true
    end
  end
end

# key-chosen memberships: It has no primary key; the unique index memberships_pair serves as Ash's.
