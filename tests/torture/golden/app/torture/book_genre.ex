defmodule App.Torture.BookGenre do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "books_genres"
    repo App.Repo
    migrate? false

    references do
      reference :book do
        on_delete :delete
      end
    end
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

    attribute :genre_id, App.Types.Int2 do
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

    belongs_to :genre, App.Torture.Genre do
      define_attribute? false
      public? true
    end
  end
end
