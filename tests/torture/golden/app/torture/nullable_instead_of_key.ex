defmodule App.Torture.NullableInsteadOfKey do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "nullable_instead_of_key"
    repo App.Repo
    migrate? false

    identity_index_names a: "nullable_instead_of_key_a_key"
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read, create: :*]
  end

  attributes do
    attribute :a, App.Types.Int4 do
      public? true
    end

    attribute :note, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :a, [:a]
  end
end
