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

    references do
      reference :reviewer do
        on_delete :nilify
        on_update :update
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :author_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :reviewer_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :author, App.Core.User do
      define_attribute? false
      public? true
    end

    belongs_to :reviewer, App.Core.User do
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

    foreign_key_names [{:id, "posts_author_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id
  end

  relationships do
    has_many :author_posts, App.Core.Post do
      destination_attribute :author_id
      public? true
    end

    has_many :reviewer_posts, App.Core.Post do
      destination_attribute :reviewer_id
      public? true
    end
  end
end
