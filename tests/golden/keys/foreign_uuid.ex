defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Profile
    resource App.Core.User
  end
end

defmodule App.Core.Profile do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "profiles"
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

  attributes do
    attribute :user_id, :uuid do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :bio, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :user, App.Core.User do
      define_attribute? false
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
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    uuid_primary_key :id
  end

  relationships do
    has_one :profile, App.Core.Profile do
      public? true
    end
  end
end
