defmodule App.Torture.BookReader do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "books_readers"
    repo App.Repo
    migrate? false

    identity_index_names book_id_reader_id: "books_readers_book_id_reader_id_key"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :book_id, App.Types.Int4 do
      allow_nil? false
      public? true
    end

    attribute :reader_id, :integer do
      allow_nil? false
      public? true
    end

    create_timestamp :inserted_at do
      public? true
    end

    update_timestamp :updated_at do
      public? true
    end
  end

  relationships do
    belongs_to :book, App.Torture.Book do
      define_attribute? false
      public? true
    end

    belongs_to :reader, App.Torture.Author do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :book_id_reader_id, [:book_id, :reader_id]
  end
end
