defmodule App.Torture.Genre do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "genres"
    repo App.Repo
    migrate? false

    foreign_key_names [{:id, "books_genres_genre_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, App.Types.Int2 do
      primary_key? true
      allow_nil? false
      public? true
      generated? true
      writable? false
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    many_to_many :books, App.Torture.Book do
      through App.Torture.BookGenre
      public? true
    end
  end
end
