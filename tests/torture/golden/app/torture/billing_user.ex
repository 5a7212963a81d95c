defmodule App.Torture.BillingUser do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    schema "billing"
    repo App.Repo
    migrate? false

    foreign_key_names [{:id, "odd_users_user", "would leave records behind"}]
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

    has_many :users, App.Torture.OddSchema1User do
      destination_attribute :user_id
      public? true
    end
  end
end
