defmodule App.Torture.Fallback do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "fallbacks"
    repo App.Repo
    migrate? false

    references do
      reference :author do
        name "fallbacks_to_first"
        on_update :nilify
      end

      reference :unvalidated do
        name "fallbacks_unvalidated"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :author_id, :integer do
      public? true
      default 1
    end

    attribute :unvalidated_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :author, App.Torture.Author do
      define_attribute? false
      public? true
    end

    belongs_to :unvalidated, App.Torture.Author do
      define_attribute? false
      public? true
    end
  end
end
