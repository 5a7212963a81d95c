defmodule App.Torture.Employee do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "employees"
    repo App.Repo
    migrate? false

    foreign_key_names [{:id, "books_shelves_employee_id_fkey", "would leave records behind"}]

    references do
      reference :mentor do
        name "employees_mentor"
        on_delete :nilify
      end
    end
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

    attribute :manager_id, :integer do
      public? true
    end

    attribute :mentor_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :manager, App.Torture.Employee do
      define_attribute? false
      public? true
    end

    belongs_to :mentor, App.Torture.Employee do
      define_attribute? false
      public? true
    end

    has_many :manager_employees, App.Torture.Employee do
      destination_attribute :manager_id
      public? true
    end

    has_many :mentor_employees, App.Torture.Employee do
      destination_attribute :mentor_id
      public? true
    end

    many_to_many :books, App.Torture.Book do
      through App.Torture.BookShelf
      public? true
    end
  end
end
