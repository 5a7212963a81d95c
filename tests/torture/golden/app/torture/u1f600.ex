defmodule App.Torture.U1f600 do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "😀"
    repo App.Repo
    migrate? false

    identity_index_names name: "😀_name_key"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :name, [:name]
  end
end
