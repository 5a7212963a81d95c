defmodule App.Torture.Users do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:id, "user_accounts_user_id_fkey", "would leave records behind"},
      {:id, "user_users_id_fkey", "would leave records behind"},
      {:id, "users_accounts_user_id_fkey", "would leave records behind"},
      {:id, "users_user_id_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      description "Längere Sätze, die weit über das Ende einer Zeile hinausgehen, wie sie in einem Quelltext von achtundneunzig Spalten steht – 名前 😀."
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :users, App.Torture.BillingUser do
      destination_attribute :user_id
      public? true
    end

    has_many :users_users, App.Torture.User do
      public? true
    end

    has_many :accounts, App.Torture.UserAccount do
      destination_attribute :user_id
      public? true
    end

    has_many :user_accounts, App.Torture.UsersAccounts do
      destination_attribute :user_id
      public? true
    end
  end
end
