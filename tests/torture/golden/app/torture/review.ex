defmodule App.Torture.Review do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "reviews"
    repo App.Repo
    migrate? false
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

    attribute :author_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :stars, :integer do
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :book, App.Torture.Book do
      define_attribute? false
      public? true
    end

    belongs_to :author, App.Torture.Author do
      define_attribute? false
      public? true
    end
  end
end
