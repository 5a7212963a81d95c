defmodule App.Torture.IdentityBesideKey do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "identity_beside_key"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :code, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :position, :integer do
      allow_nil? false
      public? true
      generated? true
      writable? false
    end

    attribute :rank, :integer do
      allow_nil? false
      public? true
      generated? true
    end
  end
end
