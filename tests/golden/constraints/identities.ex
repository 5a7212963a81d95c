defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.User
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

    identity_index_names nick: "one_nick",
                         login_name: "users_loginName_index",
                         tenant_id_email: "users_tenant_id_email_key"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :email, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :tenant_id, App.Types.Int4 do
      allow_nil? false
      public? true
    end

    attribute :nick, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :login_name, :string do
      source :loginName
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :badge, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :nick, [:nick] do
      nils_distinct? false
    end

    identity :badge, [:badge]

    identity :login_name, [:login_name]

    identity :tenant_id_email, [:tenant_id, :email]
  end
end
