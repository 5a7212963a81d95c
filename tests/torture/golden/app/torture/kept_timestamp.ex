defmodule App.Torture.KeptTimestamp do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "kept_timestamps"
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

    create_timestamp :inserted_at do
      type :utc_datetime
      public? true
    end

    update_timestamp :updated_at do
      type :utc_datetime
      public? true
    end
  end
end
