defmodule App.Torture.Loan do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "loans"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:id, "FK_fines\#{loans}", "would leave records behind"},
      {:book_id, "loans_book_id_fkey"}
    ]

    references do
      reference :book do
        name "loans_book_again"
      end
    end
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
  end

  relationships do
    belongs_to :book, App.Torture.Book do
      define_attribute? false
      public? true
    end

    has_many :fines, App.Torture.Fine do
      public? true
    end
  end
end
