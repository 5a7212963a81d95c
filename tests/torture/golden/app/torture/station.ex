defmodule App.Torture.Station do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "stations"
    repo App.Repo
    migrate? false

    foreign_key_names [{:id, "events_station", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
      generated? true
      writable? false
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :events, App.Torture.Event do
      public? true
    end
  end
end
