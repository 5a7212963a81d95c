defmodule App.Torture.NeverFilled do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "never_filled"
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
      public? true
    end
  end
end
