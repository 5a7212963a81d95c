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

    unique_index_names [
      # users_both: ((email || name))
      {[:email, :name], "users_both"},
      # users_lower_email: lower(email)
      {[:email], "users_lower_email"},
      # users_tenant_email: tenant_id, lower(email) WHERE (name IS NOT NULL)
      {[:tenant_id, :email, :name], "users_tenant_email"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :email, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :tenant_id, App.Types.Int4 do
      public? true
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
