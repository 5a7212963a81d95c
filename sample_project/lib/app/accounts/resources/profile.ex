defmodule App.Accounts.Resources.Profile do
  use Ash.Resource,
    domain: App.Accounts.Domain,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Accounts.Resources.Profile.Actions]

  postgres do
    table "user_profiles"
    repo App.Repo
    migrate? false

    references do
      reference :user do
        on_delete :delete
      end
    end
  end

  actions do
    defaults [:read, :destroy]
  end

  attributes do
    attribute :user_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :display_name, :string do
      allow_nil? false
      public? true
      default ""
      constraints max_length: 80, trim?: false, allow_empty?: true
    end

    attribute :bio, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :born_on, :date do
      public? true
    end

    attribute :time_zone, :string do
      allow_nil? false
      public? true
      default "Etc/UTC"
      constraints max_length: 64, trim?: false, allow_empty?: true
    end

    attribute :digest_at, :time do
      public? true
    end

    attribute :avatar_thumb, :binary do
      public? true
    end

    attribute :links, App.Types.Json do
      allow_nil? false
      public? true
      default []
    end

    create_timestamp :inserted_at do
      type :utc_datetime
      public? true
    end

    update_timestamp :updated_at do
      type :utc_datetime
      public? true
    end
  end

  relationships do
    belongs_to :user, App.Accounts.Resources.User do
      define_attribute? false
      public? true
    end
  end
end
