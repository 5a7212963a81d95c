defmodule App.Accounts.Resources.LoginAttempt do
  use Ash.Resource,
    domain: App.Accounts.Domain,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Accounts.Resources.LoginAttempt.Actions]

  postgres do
    table "login_attempts"
    repo App.Repo
    migrate? false

    references do
      reference :user do
        on_delete :nilify
      end
    end
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read]
  end

  attributes do
    attribute :user_id, :integer do
      public? true
    end

    attribute :email, :ci_string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :ip, App.Types.LegacyInet do
      allow_nil? false
      public? true
    end

    attribute :user_agent, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :succeeded, :boolean do
      allow_nil? false
      public? true
      default false
    end

    attribute :attempted_at, AshPostgres.TimestamptzUsec do
      allow_nil? false
      public? true
      generated? true
    end
  end

  relationships do
    belongs_to :user, App.Accounts.Resources.User do
      define_attribute? false
      public? true
    end
  end
end
