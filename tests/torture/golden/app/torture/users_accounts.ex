defmodule App.Torture.UsersAccounts do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users_accounts"
    repo App.Repo
    migrate? false
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
    belongs_to :user, App.Torture.Users do
      define_attribute? false
      public? true
    end
  end
end
