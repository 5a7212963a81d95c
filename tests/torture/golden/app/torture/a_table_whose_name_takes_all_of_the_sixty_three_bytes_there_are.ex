defmodule App.Torture.ATableWhoseNameTakesAllOfTheSixtyThreeBytesThereAre do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "a_table_whose_name_takes_all_of_the_sixty_three_bytes_there_are"
    repo App.Repo
    migrate? false

    identity_index_names a_table_whose_name_takes_all_a_column_whose_name_takes_all_key:
                           "a_table_whose_name_takes_all__a_column_whose_name_takes_all_key",
                         an_index_whose_name_takes_all_of_the_sixty_three_bytes_we_have_:
                           "an_index_whose_name_takes_all_of_the_sixty_three_bytes_we_have_",
                         aouaouaouaouaouaouaouaouaouaouai: "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäi"

    unique_index_names [
      {[:id], "a_table_whose_name_takes_all_of_the_sixty_three_bytes_ther_pkey"}
    ]

    references do
      reference :parent_with_a_rather_long_name do
        name "a_table_whose_name_takes_all__parent_with_a_rather_long_na_fkey"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :a_column_whose_name_takes_all_of_the_sixty_three_bytes_it_could, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :aouaouaouaouaouaouaouaouaouaouax, :string do
      source :äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäx
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :parent_with_a_rather_long_name_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :parent_with_a_rather_long_name,
               App.Torture.ATableWhoseNameTakesAllOfTheSixtyThreeBytesThereAre do
      define_attribute? false
      public? true
    end

    has_many :parent_with_a_rather_long_name_a_table_whose_name_takes_all_of_the_sixty_three_bytes_there_ares,
             App.Torture.ATableWhoseNameTakesAllOfTheSixtyThreeBytesThereAre do
      destination_attribute :parent_with_a_rather_long_name_id
      public? true
    end
  end

  identities do
    identity :a_table_whose_name_takes_all_a_column_whose_name_takes_all_key,
             [:a_column_whose_name_takes_all_of_the_sixty_three_bytes_it_could]

    identity :an_index_whose_name_takes_all_of_the_sixty_three_bytes_we_have_,
             [:a_column_whose_name_takes_all_of_the_sixty_three_bytes_it_could, :id]

    identity :aouaouaouaouaouaouaouaouaouaouai, [:aouaouaouaouaouaouaouaouaouaouax]
  end
end
