defmodule App.Torture.Event do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "events"
    repo App.Repo
    migrate? false

    identity_index_names code_day_kind: "events_code_index"

    unique_index_names [
      {[:code, :day, :kind], "events_2024 \"b\" \#{x}_code_day_kind_idx"},
      {[:id, :day, :kind], "events_2024 \"b\" \#{x}_pkey"},
      {[:code, :day, :kind], "events_2024_a_code_day_kind_idx"},
      {[:day], "events_2024_a_lower"},
      {[:id, :day, :kind], "events_2024_a_pkey"},
      {[:code, :day, :kind], "events_2024_code_day_kind_idx"},
      {[:id, :day, :kind], "events_2024_pkey"},
      {[:code], "events_rest_code"},
      {[:code, :day, :kind], "events_rest_code_day_kind_idx"},
      {[:id, :day, :kind], "events_rest_pkey"}
    ]

    exclusion_constraint_names [{:next_id, "events_rest_code_apart"}]

    foreign_key_names [
      {:id, "event_logs_event_id_event_day_event_kind_fkey", "would leave records behind"},
      {:id, "event_logs_event_id_event_day_event_kind_fkey1", "would leave records behind"},
      {:id, "event_logs_event_id_event_day_event_kind_fkey2", "would leave records behind"},
      {:id, "event_logs_event_id_event_day_event_kind_fkey3", "would leave records behind"},
      {:id, "event_logs_event_id_event_day_event_kind_fkey4", "would leave records behind"},
      {:id, "event_logs_event_id_event_day_event_kind_fkey_1", "would leave records behind"},
      {:id, "event_logs_event_id_event_day_event_kind_fkey_2", "would leave records behind"},
      {:id, "event_logs_event_id_event_day_event_kind_fkey_3", "would leave records behind"},
      {:id, "event_logs_event_id_event_day_event_kind_fkey_4", "would leave records behind"},
      {:id, "event_notes_event", "would leave records behind"},
      {:id, "event_notes_event_1", "would leave records behind"},
      {:id, "event_notes_event_2", "would leave records behind"},
      {:id, "event_notes_event_3", "would leave records behind"},
      {:id, "event_notes_event_4", "would leave records behind"},
      {:id, "event_notes_event_id_event_day_event_kind_fkey", "would leave records behind"},
      {:id, "event_notes_event_id_event_day_event_kind_fkey1", "would leave records behind"},
      {:id, "event_notes_event_id_event_day_event_kind_fkey2", "would leave records behind"},
      {:id, "event_notes_event_id_event_day_event_kind_fkey3", "would leave records behind"},
      {:id, "hashed_event_id_event_day_event_kind_fkey", "would leave records behind"},
      {:id, "hashed_event_id_event_day_event_kind_fkey1", "would leave records behind"},
      {:id, "hashed_event_id_event_day_event_kind_fkey2", "would leave records behind"},
      {:id, "hashed_event_id_event_day_event_kind_fkey3", "would leave records behind"},
      {:id, "hashed_event_id_event_day_event_kind_fkey4", "would leave records behind"},
      {:id, "hashed_event_id_event_day_event_kind_fkey_1", "would leave records behind"},
      {:id, "hashed_event_id_event_day_event_kind_fkey_2", "would leave records behind"},
      {:id, "hashed_event_id_event_day_event_kind_fkey_3", "would leave records behind"},
      {:id, "hashed_event_id_event_day_event_kind_fkey_4", "would leave records behind"},
      {:id, "notes_again", "would leave records behind"},
      {:id, "notes_again_1", "would leave records behind"},
      {:id, "notes_again_2", "would leave records behind"},
      {:id, "notes_again_3", "would leave records behind"},
      {:id, "notes_again_4", "would leave records behind"},
      {:id, "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey1",
       "would leave records behind"},
      {:id, "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey2",
       "would leave records behind"},
      {:id, "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey3",
       "would leave records behind"},
      {:id, "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey4",
       "would leave records behind"},
      {:id, "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey5",
       "would leave records behind"},
      {:id, "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey6",
       "would leave records behind"},
      {:id, "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey7",
       "would leave records behind"},
      {:id, "notes_in_a_table_whose_name_i_the_number_of_the_event_äö_fkey",
       "would leave records behind"},
      {:id, "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöü_1", "would leave records behind"},
      {:id, "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöü_2", "would leave records behind"},
      {:id, "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöü_3", "would leave records behind"},
      {:id, "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöü_4", "would leave records behind"},
      {:id, "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäk", "would leave records behind"}
    ]

    references do
      reference :station do
        name "events_station"
      end
    end

    check_constraints do
      check_constraint :code, "events_code" do
        message "is invalid"
      end

      check_constraint [:next_day, :day], "events_rest_next" do
        message "is invalid"
      end

      check_constraint :code, "only here \#{x}" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, :integer do
      primary_key? true
      allow_nil? false
      public? true
      generated? true
    end

    attribute :day, :date do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :kind, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :code, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :station_id, App.Types.Int4 do
      public? true
    end

    attribute :next_id, :integer do
      public? true
    end

    attribute :next_day, :date do
      public? true
    end
  end

  relationships do
    belongs_to :station, App.Torture.Station do
      define_attribute? false
      public? true
    end

    has_many :logs, App.Torture.EventLog do
      filter expr(event_day == parent(day) and event_kind == parent(kind))
      public? true
    end

    has_many :notes, App.Torture.EventNote do
      filter expr(event_day == parent(day) and event_kind == parent(kind))
      public? true
    end

    has_many :hasheds, App.Torture.Hashed do
      filter expr(event_day == parent(day) and event_kind == parent(kind))
      public? true
    end

    has_many :notes_in_a_table_whose_name_is_long_aous,
             App.Torture.NotesInATableWhoseNameIsLongAou do
      destination_attribute :the_number_of_the_event_aou
      filter expr(the_day_of_the_event == parent(day) and the_kind_of_the_event == parent(kind))
      public? true
    end
  end

  identities do
    identity :code_day_kind, [:code, :day, :kind]
  end
end
