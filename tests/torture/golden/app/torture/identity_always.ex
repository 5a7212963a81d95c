defmodule App.Torture.IdentityAlways do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "identity_always"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
      generated? true
      writable? false
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
