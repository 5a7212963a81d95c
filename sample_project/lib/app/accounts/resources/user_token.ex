defmodule App.Accounts.Resources.UserToken do
  use Ash.Resource,
    domain: App.Accounts.Domain,
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
    defaults [:read, :destroy, create: [:*, :token], update: [:*, :token]]
  end

  attributes do
    integer_primary_key :id

    attribute :user_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :token, :binary do
      allow_nil? false
      sensitive? true
    end

    attribute :context, :string do
      allow_nil? false
      public? true
      constraints max_length: 255, trim?: false, allow_empty?: true
    end

    attribute :sent_to, :string do
      public? true
      constraints max_length: 255, trim?: false, allow_empty?: true
    end

    create_timestamp :inserted_at do
      type :utc_datetime
      public? true
    end

    attribute :authenticated_at, :utc_datetime do
      public? true
    end
  end

  relationships do
    belongs_to :user, App.Accounts.Resources.User do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :context_token, [:context, :token]
  end
end
