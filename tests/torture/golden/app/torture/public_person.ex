defmodule App.Torture.PublicPerson do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "person"
    repo App.Repo
    migrate? false

    foreign_key_names [{:id, "people_person_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :people, App.Torture.People do
      destination_attribute :person_id
      public? true
    end
  end
end
