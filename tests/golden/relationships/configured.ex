defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Post
    resource App.Core.User
  end
end

defmodule App.Core.Post do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "posts"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :written_by, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :author, App.Core.User do
      source_attribute :written_by
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.User do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id
  end

  relationships do
    has_many :articles, App.Core.Post do
      destination_attribute :written_by
      public? true
    end
  end
end
