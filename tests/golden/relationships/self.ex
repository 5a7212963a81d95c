defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Category
  end
end

defmodule App.Core.Category do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "categories"
    repo App.Repo
    migrate? false

    references do
      reference :root do
        name "to_root"
        on_delete :delete
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :parent_id, :integer do
      public? true
    end

    attribute :root_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :parent, App.Core.Category do
      define_attribute? false
      public? true
    end

    belongs_to :root, App.Core.Category do
      define_attribute? false
      public? true
    end

    has_many :children, App.Core.Category do
      destination_attribute :parent_id
      public? true
    end

    has_many :root_categories, App.Core.Category do
      destination_attribute :root_id
      public? true
    end
  end
end
