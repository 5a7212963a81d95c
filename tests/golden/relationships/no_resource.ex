defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.User
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

    foreign_key_names [
      {:id, "audits_user_id_fkey", "would leave records behind"},
      {:secret_id, "users_secret_id_fkey"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :secret_id, :integer do
      public? true
    end
  end
end
