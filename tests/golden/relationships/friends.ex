defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Friendship
    resource App.Core.Person
  end
end

defmodule App.Core.Friendship do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "friendships"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :person_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :friend_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :person, App.Core.Person do
      define_attribute? false
      public? true
    end

    belongs_to :friend, App.Core.Person do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Person do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "people"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:id, "friendships_friend_id_fkey", "would leave records behind"},
      {:id, "friendships_person_id_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id
  end

  relationships do
    many_to_many :people, App.Core.Person do
      through App.Core.Friendship
      source_attribute_on_join_resource :friend_id
      public? true
    end

    many_to_many :friends, App.Core.Person do
      through App.Core.Friendship
      destination_attribute_on_join_resource :friend_id
      public? true
    end
  end
end
