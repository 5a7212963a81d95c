defmodule App.Torture.CamelCase do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "camelCase"
    repo App.Repo
    migrate? false

    identity_index_names url_value: "camelCase_urlValue_key"
    identity_wheres_to_sql url_value: "\"isActive\""
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    create_timestamp :created_at_2 do
      source :createdAt
      type AshPostgres.TimestamptzUsec
      allow_nil? true
      public? true
    end

    create_timestamp :created_at do
      type AshPostgres.TimestamptzUsec
      allow_nil? true
      public? true
    end

    create_timestamp :created_at_3 do
      source :CreatedAt
      type AshPostgres.TimestamptzUsec
      allow_nil? true
      public? true
    end

    attribute :is_active, :boolean do
      source :isActive
      allow_nil? false
      public? true
      default true
    end

    attribute :url_value, :string do
      source :URLValue
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :url_value, [:url_value] do
      where expr(is_active)
    end
  end
end
