defmodule App.Torture.NotesInATableWhoseNameIsLongAou do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "notes_in_a_table_whose_name_is_long_äöü"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:the_number_of_the_event_aou, "notes_again_1"},
      {:the_number_of_the_event_aou, "notes_again_2"},
      {:the_number_of_the_event_aou, "notes_again_3"},
      {:the_number_of_the_event_aou, "notes_again_4"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey1"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey1"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey2"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey2"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey3"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey3"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey4"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey4"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey5"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey5"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey6"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey6"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey7"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name__the_number_of_the_event_äö_fkey7"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name_i_the_number_of_the_event_äö_fkey"},
      {:the_number_of_the_event_aou,
       "notes_in_a_table_whose_name_i_the_number_of_the_event_äö_fkey"},
      {:the_number_of_the_event_aou, "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöü_1"},
      {:the_number_of_the_event_aou, "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöü_2"},
      {:the_number_of_the_event_aou, "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöü_3"},
      {:the_number_of_the_event_aou, "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöü_4"},
      {:the_number_of_the_event_aou, "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäk"}
    ]

    references do
      reference :event do
        name "notes_again"
        on_delete :delete
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :the_number_of_the_event_aou, :integer do
      source :the_number_of_the_event_äöü
      public? true
    end

    attribute :the_day_of_the_event, :date do
      public? true
    end

    attribute :the_kind_of_the_event, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :event, App.Torture.Event do
      source_attribute :the_number_of_the_event_aou
      define_attribute? false
      filter expr(day == parent(the_day_of_the_event) and kind == parent(the_kind_of_the_event))
      public? true
    end
  end
end
