defmodule App.Torture.UniqueInsteadOfKey do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "unique_instead_of_key"
    repo App.Repo
    migrate? false

    identity_index_names b_a: "unique_instead_of_key_ab"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :a, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :b, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :note, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :b_a, [:b, :a]
  end
end
