defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Event
    resource App.Core.Note
  end
end

defmodule App.Core.Event do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "events"
    repo App.Repo
    migrate? false

    identity_index_names code_day: "one_code"

    unique_index_names [
      {[:code, :day], "events_2020_code_day_key"},
      {[:id, :day], "events_2020_pkey"}
    ]

    foreign_key_names [
      {:id, "notes_event_id_event_day_fkey", "would leave records behind"},
      {:id, "notes_event_id_event_day_fkey1", "would leave records behind"},
      {:id, "notes_event_id_event_day_fkey_1", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :day, :date do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :code, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :notes, App.Core.Note do
      filter expr(event_day == parent(day))
      public? true
    end
  end

  identities do
    identity :code_day, [:code, :day]
  end
end

defmodule App.Core.Note do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "notes"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:event_id, "notes_event_id_event_day_fkey1"},
      {:event_id, "notes_event_id_event_day_fkey_1"}
    ]

    references do
      reference :event do
        name "notes_event_id_event_day_fkey"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :event_id, :integer do
      public? true
    end

    attribute :event_day, :date do
      public? true
    end
  end

  relationships do
    belongs_to :event, App.Core.Event do
      define_attribute? false
      filter expr(day == parent(event_day))
      public? true
    end
  end
end
