defmodule App.Torture.Book do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "books"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:id, "FK_fines\#{loans}", "would leave records behind"},
      {:id, "books_readers_book_id_fkey", "would leave records behind"},
      {:id, "books_shelves_book_id_fkey", "would leave records behind"},
      {:id, "loans_book_again", "would leave records behind"},
      {:id, "reviews_book_id_fkey", "would leave records behind"}
    ]

    references do
      reference :editor do
        on_delete :nilify
      end

      reference :translator_author do
        on_delete :restrict
        on_update :update
      end

      reference :author_author do
        name "fk_rails_53d51ce16a"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
      generated? true
      writable? false
    end

    attribute :title, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :author_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :editor_id, :integer do
      public? true
    end

    attribute :translator, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :author_author, App.Torture.Author do
      source_attribute :author_id
      define_attribute? false
      public? true
    end

    belongs_to :editor, App.Torture.Author do
      define_attribute? false
      public? true
    end

    belongs_to :translator_author, App.Torture.Author do
      source_attribute :translator
      define_attribute? false
      public? true
    end

    has_many :loans, App.Torture.Loan do
      public? true
    end

    has_many :reviews, App.Torture.Review do
      public? true
    end

    many_to_many :authors, App.Torture.Author do
      through App.Torture.BookReader
      destination_attribute_on_join_resource :reader_id
      public? true
    end

    many_to_many :employees, App.Torture.Employee do
      through App.Torture.BookShelf
      public? true
    end

    many_to_many :genres, App.Torture.Genre do
      through App.Torture.BookGenre
      public? true
    end
  end
end
