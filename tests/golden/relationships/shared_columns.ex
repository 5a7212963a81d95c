defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Membership
    resource App.Core.Note
    resource App.Core.Organization
    resource App.Core.Page
    resource App.Core.Project
    resource App.Core.Task
    resource App.Core.User
    resource App.Core.Year
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

    references do
      reference :user do
        name "memberships_user"
        on_delete :delete
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :organization_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :user_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :user, App.Core.User do
      define_attribute? false
      filter expr(organization_id == parent(organization_id))
      public? true
    end
  end
end

defmodule App.Core.Note do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "notes"
    repo App.Repo
    migrate? false

    references do
      reference :user do
        name "notes_organization_id_user_id_fkey"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :organization_id, :integer do
      public? true
    end

    attribute :user_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :user, App.Core.User do
      define_attribute? false
      filter expr(organization_id == parent(organization_id))
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
      {:id, "projects_organization_id_fkey", "would leave records behind"},
      {:id, "users_organization_id_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id
  end

  relationships do
    has_many :projects, App.Core.Project do
      public? true
    end

    has_many :users, App.Core.User do
      public? true
    end
  end
end

defmodule App.Core.Page do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "pages"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :year, App.Types.Int4 do
      public? true
    end

    attribute :number, App.Types.Int4 do
      public? true
    end
  end

  relationships do
    belongs_to :year_year, App.Core.Year do
      source_attribute :year
      destination_attribute :year
      define_attribute? false
      filter expr(number == parent(number))
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

    identity_index_names organization_id_id: "projects_organization_id_id_key"

    foreign_key_names [{:id, "tasks_project", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :organization_id, :integer do
      public? true
    end

    attribute :id, :integer do
      primary_key? true
      allow_nil? false
      public? true
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
      filter expr(organization_id == parent(organization_id))
      public? true
    end

    has_many :tasks, App.Core.Task do
      filter expr(organization_id == parent(organization_id))
      public? true
    end
  end

  identities do
    identity :organization_id_id, [:organization_id, :id]
  end
end

defmodule App.Core.Task do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "tasks"
    repo App.Repo
    migrate? false

    references do
      reference :project do
        name "tasks_project"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :organization_id, :integer do
      public? true
    end

    attribute :project_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :project, App.Core.Project do
      define_attribute? false
      filter expr(organization_id == parent(organization_id))
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

    foreign_key_names [
      {:id, "memberships_user", "would leave records behind"},
      {:id, "notes_organization_id_user_id_fkey", "would leave records behind"},
      {:id, "projects_owner_id_fkey", "would leave records behind"}
    ]

    references do
      reference :manager do
        name "users_manager"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :organization_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :manager_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :manager, App.Core.User do
      define_attribute? false
      filter expr(organization_id == parent(organization_id))
      public? true
    end

    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end

    has_many :memberships, App.Core.Membership do
      filter expr(organization_id == parent(organization_id))
      public? true
    end

    has_many :notes, App.Core.Note do
      filter expr(organization_id == parent(organization_id))
      public? true
    end

    has_many :projects, App.Core.Project do
      destination_attribute :owner_id
      filter expr(organization_id == parent(organization_id))
      public? true
    end

    has_many :manager_users, App.Core.User do
      destination_attribute :manager_id
      filter expr(organization_id == parent(organization_id))
      public? true
    end
  end
end

defmodule App.Core.Year do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "years"
    repo App.Repo
    migrate? false

    foreign_key_names [{:year, "pages_year_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :year, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :number, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end
  end

  relationships do
    has_many :pages, App.Core.Page do
      source_attribute :year
      destination_attribute :year
      filter expr(number == parent(number))
      public? true
    end
  end
end
