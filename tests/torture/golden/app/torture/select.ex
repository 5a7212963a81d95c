defmodule App.Torture.Select do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "select"
    repo App.Repo
    migrate? false

    identity_index_names from: "select_from_key"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :from, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :from, [:from]
  end
end
