defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.User
    resource App.Core.UserSettings
    resource App.Core.UserToken
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

    foreign_key_names [{:id, "user_settings_user_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    uuid_primary_key :id
  end

  relationships do
    has_one :settings, App.Core.UserSettings do
      public? true
    end

    has_many :tokens, App.Core.UserToken do
      public? true
    end
  end
end

defmodule App.Core.UserSettings do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "user_settings"
    repo App.Repo
    migrate? false

    identity_index_names user_id: "user_settings_user_id_key"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :user_id, :uuid do
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :user, App.Core.User do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :user_id, [:user_id]
  end
end

defmodule App.Core.UserToken do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users_tokens"
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
    integer_primary_key :id

    attribute :user_id, :uuid do
      allow_nil? false
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
