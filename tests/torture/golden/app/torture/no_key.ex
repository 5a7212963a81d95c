defmodule App.Torture.NoKey do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "no_keys"
    repo App.Repo
    migrate? false
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read, create: :*]
  end

  attributes do
    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :size, :integer do
      public? true
    end
  end
end
