defmodule App.Torture.Triggered do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "triggered"
    repo App.Repo
    migrate? false
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

    attribute :slug, :string do
      allow_nil? false
      public? true
      generated? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :inserted_at, AshPostgres.TimestamptzUsec do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :updated_at, AshPostgres.TimestamptzUsec do
      allow_nil? false
      public? true
      generated? true
    end
  end
end
