defmodule App.Torture.FarAway do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "far_away"
    repo App.Repo
    migrate? false
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read]
  end

  attributes do
    attribute :id, :integer do
      allow_nil? false
      public? true
    end

    attribute :name, :string do
      public? true
      default "x"
      constraints max_length: 20, trim?: false, allow_empty?: true
    end
  end
end
