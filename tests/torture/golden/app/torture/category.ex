defmodule App.Torture.Category do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "categories"
    repo App.Repo
    migrate? false

    references do
      reference :parent do
        on_delete :delete
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

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :parent_id, App.Types.Int4 do
      public? true
    end
  end

  relationships do
    belongs_to :parent, App.Torture.Category do
      define_attribute? false
      public? true
    end

    has_many :children, App.Torture.Category do
      destination_attribute :parent_id
      public? true
    end
  end
end
