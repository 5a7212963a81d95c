defmodule App.Torture.Unenforced do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "unenforced"
    repo App.Repo
    migrate? false

    references do
      reference :author do
        name "unenforced_author"
      end
    end

    check_constraints do
      check_constraint :size, "unenforced_size" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :size, :integer do
      public? true
    end

    attribute :author_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :author, App.Torture.Author do
      define_attribute? false
      public? true
    end
  end
end
