defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Audit
    resource App.Core.Country
    resource App.Core.Invoice
    resource App.Core.Label
    resource App.Core.Member
    resource App.Core.OpenTask
    resource App.Core.Organization
    resource App.Core.Session
    resource App.Core.Tag
    resource App.Core.Task
    resource App.Core.TaskTag
    resource App.Core.Template
    resource App.Core.Watcher
  end
end

defmodule App.Core.Audit do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "audits"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :organization_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :what, :string do
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
  end
end

defmodule App.Core.Country do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "countries"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:code, "members_country_code_fkey", "would leave records behind"},
      {:code, "organizations_country_code_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :code, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :members, App.Core.Member do
      source_attribute :code
      destination_attribute :country_code
      public? true
    end

    has_many :organizations, App.Core.Organization do
      source_attribute :code
      destination_attribute :country_code
      public? true
    end
  end
end

defmodule App.Core.Invoice do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "invoices"
    repo App.Repo
    migrate? false

    identity_index_names number: "invoices_account_id_number_key"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :account_id
  end

  attributes do
    integer_primary_key :id

    attribute :account_id, :integer do
      allow_nil? false
      public? true
      writable? false
    end

    attribute :number, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :account, App.Core.Organization do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :number, [:number]
  end
end

defmodule App.Core.Label do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "labels"
    repo App.Repo
    migrate? false
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read]
  end

  attributes do
    attribute :organization_id, :integer do
      public? true
    end

    attribute :label, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Core.Member do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "members"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:id, "sessions_member_id_fkey", "would leave records behind"},
      {:id, "tasks_assignee_id_fkey", "would leave records behind"},
      {:id, "watchers_member_id_fkey", "would leave records behind"}
    ]

    references do
      reference :manager do
        on_delete :nilify
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

    attribute :country_code, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :manager_id, :integer do
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

    belongs_to :country, App.Core.Country do
      source_attribute :country_code
      destination_attribute :code
      define_attribute? false
      public? true
    end

    belongs_to :manager, App.Core.Member do
      define_attribute? false
      public? true
    end

    has_many :manager_members, App.Core.Member do
      destination_attribute :manager_id
      public? true
    end

    has_many :sessions, App.Core.Session do
      public? true
    end

    has_many :tasks, App.Core.Task do
      destination_attribute :assignee_id
      public? true
    end

    many_to_many :watcher_tasks, App.Core.Task do
      through App.Core.Watcher
      public? true
    end
  end
end

defmodule App.Core.OpenTask do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "open_tasks"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    attribute :id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :organization_id, :integer do
      allow_nil? false
      public? true
      writable? false
    end

    attribute :title, :string do
      public? true
      constraints trim?: false, allow_empty?: true
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
      {:id, "audits_organization_id_fkey", "would leave records behind"},
      {:id, "invoices_account_id_fkey", "would leave records behind"},
      {:id, "members_organization_id_fkey", "would leave records behind"},
      {:id, "tags_organization_id_fkey", "would leave records behind"},
      {:id, "tasks_organization_id_fkey", "would leave records behind"},
      {:id, "tasks_tags_organization_id_fkey", "would leave records behind"},
      {:id, "templates_organization_id_fkey", "would leave records behind"},
      {:id, "watchers_organization_id_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :parent_id, :integer do
      public? true
    end

    attribute :country_code, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :parent, App.Core.Organization do
      define_attribute? false
      public? true
    end

    belongs_to :country, App.Core.Country do
      source_attribute :country_code
      destination_attribute :code
      define_attribute? false
      public? true
    end

    has_many :audits, App.Core.Audit do
      public? true
    end

    has_many :invoices, App.Core.Invoice do
      destination_attribute :account_id
      public? true
    end

    has_many :members, App.Core.Member do
      public? true
    end

    has_many :children, App.Core.Organization do
      destination_attribute :parent_id
      public? true
    end

    has_many :tags, App.Core.Tag do
      public? true
    end

    has_many :tasks, App.Core.Task do
      public? true
    end

    has_many :tasks_tags, App.Core.TaskTag do
      public? true
    end

    has_many :templates, App.Core.Template do
      public? true
    end

    has_many :watchers, App.Core.Watcher do
      public? true
    end
  end
end

defmodule App.Core.Session do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "sessions"
    repo App.Repo
    migrate? false

    identity_index_names token: "sessions_token_key"
  end

  actions do
    defaults [:read, :destroy, create: [:*, :token], update: [:*, :token]]
  end

  attributes do
    integer_primary_key :id

    attribute :member_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :token, :string do
      allow_nil? false
      sensitive? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :member, App.Core.Member do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :token, [:token]
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

    many_to_many :tasks, App.Core.Task do
      through App.Core.TaskTag
      public? true
    end
  end

  identities do
    identity :label, [:label]
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

    foreign_key_names [{:id, "watchers_task_id_fkey", "would leave records behind"}]
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

    attribute :assignee_id, :integer do
      public? true
    end

    attribute :title, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :is_done, :boolean do
      allow_nil? false
      public? true
      default false
    end
  end

  relationships do
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end

    belongs_to :assignee, App.Core.Member do
      define_attribute? false
      public? true
    end

    many_to_many :members, App.Core.Member do
      through App.Core.Watcher
      public? true
    end

    many_to_many :tags, App.Core.Tag do
      through App.Core.TaskTag
      public? true
    end
  end
end

defmodule App.Core.TaskTag do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "tasks_tags"
    repo App.Repo
    migrate? false

    references do
      reference :tag do
        on_delete :delete
      end

      reference :task do
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
    attribute :organization_id, :integer do
      allow_nil? false
      public? true
      writable? false
    end

    attribute :task_id, :integer do
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
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end

    belongs_to :task, App.Core.Task do
      define_attribute? false
      public? true
    end

    belongs_to :tag, App.Core.Tag do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Template do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "templates"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :organization_id, :integer do
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
  end
end

defmodule App.Core.Watcher do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "watchers"
    repo App.Repo
    migrate? false

    identity_index_names task_id_member_id: "watchers_organization_id_task_id_member_id_key"
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

    attribute :task_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :member_id, :integer do
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end

    belongs_to :task, App.Core.Task do
      define_attribute? false
      public? true
    end

    belongs_to :member, App.Core.Member do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :task_id_member_id, [:task_id, :member_id]
  end
end

# tenant-needed countries: Its relationship members leads from a global table to rows of tenants: without a tenant a load fails, and a filter or `exists` sees the rows of all tenants.
# tenant-needed organizations: Its relationships invoices, members, tags, tasks, tasks_tags, watchers lead from a global table to rows of tenants: without a tenant a load fails, and a filter or `exists` sees the rows of all tenants.
# tenant-needed sessions: Its relationship member leads from a global table to rows of tenants: without a tenant a load fails, and a filter or `exists` sees the rows of all tenants.
