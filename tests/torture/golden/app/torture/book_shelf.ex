defmodule App.Torture.BookShelf do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "books_shelves"
    repo App.Repo
    migrate? false

    identity_index_names employee_id_book_id: "books_shelves_pair"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :book_id, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :employee_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :book, App.Torture.Book do
      define_attribute? false
      public? true
    end

    belongs_to :employee, App.Torture.Employee do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :employee_id_book_id, [:employee_id, :book_id]
  end
end
