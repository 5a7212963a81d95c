defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Member
    resource App.Core.Organization
    resource App.Core.Settings
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

    identity_index_names badge: "members_badge_key",
                         first_name_last_name: "members_name_key",
                         email: "members_organization_id_email_index"

    identity_wheres_to_sql code: "(code IS NOT NULL)",
                           handle: "is_active"

    # members_lower_email_index: organization_id, lower(email)
    unique_index_names [{[:email], "members_lower_email_index"}]

    references do
      reference :organization do
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

    attribute :email, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :first_name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :last_name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :badge, App.Types.Int4 do
      allow_nil? false
      public? true
    end

    attribute :handle, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :code, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :is_active, :boolean do
      allow_nil? false
      public? true
      default true
    end
  end

  relationships do
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :badge, [:badge] do
      all_tenants? true
    end

    identity :first_name_last_name, [:first_name, :last_name]

    identity :email, [:email]

    identity :code, [:code] do
      all_tenants? true
      where expr(not is_nil(code))
    end

    identity :handle, [:handle] do
      where expr(is_active)
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

    identity_index_names name: "organizations_name_key"

    foreign_key_names [{:id, "settings_organization_id_fkey", "would leave records behind"}]
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
  end

  relationships do
    has_many :members, App.Core.Member do
      public? true
    end

    has_one :settings, App.Core.Settings do
      public? true
    end
  end

  identities do
    identity :name, [:name]
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

    # settings_organization_id_key: organization_id
    unique_index_names [{[:organization_id], "settings_organization_id_key"}]
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

    attribute :theme, :string do
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

# tenant-needed organizations: Its relationships members, settings lead from a global table to rows of tenants: without a tenant a load fails, and a filter or `exists` sees the rows of all tenants.
