defmodule App.Torture.Country do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "countries"
    repo App.Repo
    migrate? false

    identity_index_names iso: "countries_iso_key",
                         name: "countries_name",
                         number: "countries_number"

    foreign_key_names [
      {:name, "cities_country_name_fkey", "would leave records behind"},
      {:number, "cities_country_number_fkey", "would leave records behind"},
      {:iso, "cities_iso_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :iso, App.Types.Bpchar do
      allow_nil? false
      public? true
      constraints max_length: 2
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints max_length: 80, trim?: false, allow_empty?: true
    end

    attribute :number, :integer do
      allow_nil? false
      public? true
    end
  end

  relationships do
    has_many :iso_country_cities, App.Torture.City do
      source_attribute :iso
      destination_attribute :iso
      public? true
    end

    has_many :country_name_country_cities, App.Torture.City do
      source_attribute :name
      destination_attribute :country_name
      public? true
    end

    has_many :country_number_country_cities, App.Torture.City do
      source_attribute :number
      destination_attribute :country_number
      public? true
    end
  end

  identities do
    identity :iso, [:iso]

    identity :name, [:name]

    identity :number, [:number]
  end
end
