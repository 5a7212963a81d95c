defmodule App.Torture.ImpostorKey do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "impostor_keys"
    repo App.Repo
    migrate? false

    identity_index_names code: "impostor_keys_pkey"
    unique_index_names [{[:id], "impostor_keys_pk"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :code, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :code, [:code]
  end
end
