defmodule App.Torture.EventNote do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "event_notes"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:event_id, "event_notes_event_1"},
      {:event_id, "event_notes_event_2"},
      {:event_id, "event_notes_event_3"},
      {:event_id, "event_notes_event_4"},
      {:event_id, "event_notes_event_id_event_day_event_kind_fkey"},
      {:event_id, "event_notes_event_id_event_day_event_kind_fkey1"},
      {:event_id, "event_notes_event_id_event_day_event_kind_fkey2"},
      {:event_id, "event_notes_event_id_event_day_event_kind_fkey3"}
    ]

    references do
      reference :event do
        name "event_notes_event"
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

    attribute :event_kind, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :body, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :event, App.Torture.Event do
      define_attribute? false
      filter expr(day == parent(event_day) and kind == parent(event_kind))
      public? true
    end
  end
end
