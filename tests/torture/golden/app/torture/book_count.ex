defmodule App.Torture.BookCount do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "book_counts"
    repo App.Repo
    migrate? false
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read]
  end

  attributes do
    attribute :author_id, :integer do
      public? true
    end

    attribute :books, :integer do
      public? true
    end
  end
end
