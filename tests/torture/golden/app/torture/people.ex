defmodule App.Torture.People do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "people"
    repo App.Repo
    migrate? false

    foreign_key_names [{:id, "Person_people_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :person_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :person, App.Torture.PublicPerson do
      define_attribute? false
      public? true
    end

    has_many :people, App.Torture.Person do
      public? true
    end
  end
end
