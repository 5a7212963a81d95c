defmodule App.Torture.OddSchema1UserS do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "user's"
    schema "Odd.Schema \#{1}"
    repo App.Repo
    migrate? false

    references do
      reference :author_s do
        name "it's \"the\" \#{key}"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :author_s_id, :integer do
      source :"author's id"
      public? true
    end
  end

  relationships do
    belongs_to :author_s, App.Torture.Author do
      define_attribute? false
      public? true
    end
  end
end
