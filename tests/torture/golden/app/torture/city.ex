defmodule App.Torture.City do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "cities"
    repo App.Repo
    migrate? false

    foreign_key_names [{:numeric_key_id, "cities_numeric_key_id_fkey"}]

    references do
      reference :iso_country do
        on_update :update
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :iso, App.Types.Bpchar do
      public? true
      constraints max_length: 2
    end

    attribute :country_name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :country_number, :integer do
      public? true
    end

    attribute :numeric_key_id, App.Types.Int4 do
      public? true
    end
  end

  relationships do
    belongs_to :iso_country, App.Torture.Country do
      source_attribute :iso
      destination_attribute :iso
      define_attribute? false
      public? true
    end

    belongs_to :country_name_country, App.Torture.Country do
      source_attribute :country_name
      destination_attribute :name
      define_attribute? false
      public? true
    end

    belongs_to :country_number_country, App.Torture.Country do
      source_attribute :country_number
      destination_attribute :number
      define_attribute? false
      public? true
    end
  end
end
