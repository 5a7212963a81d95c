defmodule App.Torture.Friendship do
  use Ash.Resource,
    domain: App.Torture,
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
    attribute :author_id, :integer do
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
    belongs_to :author, App.Torture.Author do
      define_attribute? false
      public? true
    end

    belongs_to :friend, App.Torture.Author do
      define_attribute? false
      public? true
    end
  end
end
