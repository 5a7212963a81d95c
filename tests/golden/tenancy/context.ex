defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Audit
    resource App.Core.Email
    resource App.Core.Plan
    resource App.Core.Tag
    resource App.Core.User
    resource App.Core.UserTag
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
      public? true
    end
  end
end

defmodule App.Core.Email do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "emails"
    repo App.Repo
    migrate? false
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read]
  end

  multitenancy do
    strategy :context
  end

  attributes do
    attribute :id, :integer do
      public? true
    end

    attribute :email, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Core.Plan do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "plans"
    repo App.Repo
    migrate? false

    foreign_key_names [{:id, "users_plan", "would leave records behind"}]
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
    has_many :users, App.Core.User do
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
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :context
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
    many_to_many :users, App.Core.User do
      through App.Core.UserTag
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

    identity_index_names code_plan_id: "users_code",
                         email: "users_email_key"

    identity_wheres_to_sql code_plan_id: "(code <> 'tenant.x'::text)"

    # users_kept: code WHERE tenant.kept(email)
    unique_index_names [{[:code, :email], "users_kept"}]

    foreign_key_names [{:id, "audits_user_id_fkey", "would leave records behind"}]

    references do
      reference :plan do
        name "users_plan"
      end
    end

    check_constraints do
      check_constraint :email, "has_at" do
        message "is invalid"
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

    attribute :email, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :plan_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :boss_id, :integer do
      public? true
    end

    attribute :code, :string do
      public? true
      generated? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :plan, App.Core.Plan do
      define_attribute? false
      public? true
    end

    belongs_to :boss, App.Core.User do
      define_attribute? false
      public? true
    end

    has_many :audits, App.Core.Audit do
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
    identity :email, [:email]

    identity :code_plan_id, [:code, :plan_id] do
      where expr(code != "tenant.x")
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
      reference :tag do
        on_delete :delete
      end

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

# tenant-needed audits: Its relationship user leads from a table of all tenants to tables of each: a filter by a path (user.id == 1) may run in the schema of another tenant, which Ecto's query cache remembers.
# tenant-needed audits.audits_user_id_fkey: The key leads to users of one tenant: with another tenant its relationships find that one's rows of the same key.
# tenant-needed plans: Its relationship users leads from a table of all tenants to tables of each: a filter by a path (users.id == 1) may run in the schema of another tenant, which Ecto's query cache remembers.
# predicate-untranslated users.users_kept: Its predicate can't be expressed in Ash (it names an object of the tenant's schema), so it is no identity; a violation is a field error all the same.
