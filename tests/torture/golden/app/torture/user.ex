defmodule App.Torture.User do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "user"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :users_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :users, App.Torture.Users do
      define_attribute? false
      public? true
    end
  end
end
