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

    foreign_key_names [{:user_id, "posts_user_id_fkey"}]

    references do
      reference :user do
        name "again"
        on_delete :delete
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :user_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :user, App.Core.User do
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

    foreign_key_names [{:id, "posts_user_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id
  end

  relationships do
    has_many :posts, App.Core.Post do
      public? true
    end
  end
end
