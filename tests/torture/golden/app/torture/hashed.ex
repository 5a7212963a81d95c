defmodule App.Torture.Hashed do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "hashed"
    repo App.Repo
    migrate? false

    unique_index_names [
      {[:id], "hashed_0_pkey"},
      {[:id], "hashed_1_pkey"}
    ]

    foreign_key_names [
      {:name, "hashed_1_text_key"},
      {:id, "hashed_children_hashed_id_fkey", "would leave records behind"},
      {:id, "hashed_children_hashed_id_fkey1", "would leave records behind"},
      {:id, "hashed_children_hashed_id_fkey2", "would leave records behind"},
      {:id, "hashed_children_hashed_id_fkey_1", "would leave records behind"},
      {:id, "hashed_children_hashed_id_fkey_2", "would leave records behind"},
      {:event_id, "hashed_event_id_event_day_event_kind_fkey1"},
      {:event_id, "hashed_event_id_event_day_event_kind_fkey2"},
      {:event_id, "hashed_event_id_event_day_event_kind_fkey3"},
      {:event_id, "hashed_event_id_event_day_event_kind_fkey4"},
      {:event_id, "hashed_event_id_event_day_event_kind_fkey_1"},
      {:event_id, "hashed_event_id_event_day_event_kind_fkey_2"},
      {:event_id, "hashed_event_id_event_day_event_kind_fkey_3"},
      {:event_id, "hashed_event_id_event_day_event_kind_fkey_4"}
    ]

    references do
      reference :event do
        name "hashed_event_id_event_day_event_kind_fkey"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    uuid_primary_key :id

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

    attribute :name, :string do
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

    has_many :children, App.Torture.HashedChild do
      public? true
    end
  end
end
