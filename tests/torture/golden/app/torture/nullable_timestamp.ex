defmodule App.Torture.NullableTimestamp do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "nullable_timestamps"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :note, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    create_timestamp :created_at do
      type AshPostgres.TimestamptzUsec
      allow_nil? true
      public? true
    end

    attribute :updated_at, AshPostgres.TimestamptzUsec do
      public? true
      writable? false
      update_default &DateTime.utc_now/0
    end

    attribute :published_at, AshPostgres.TimestamptzUsec do
      public? true
      generated? true
    end
  end
end
