defmodule App.Torture.OddSchema1User do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    schema "Odd.Schema \#{1}"
    repo App.Repo
    migrate? false

    references do
      reference :user do
        name "odd_users_user"
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
    belongs_to :user, App.Torture.BillingUser do
      define_attribute? false
      public? true
    end
  end
end
