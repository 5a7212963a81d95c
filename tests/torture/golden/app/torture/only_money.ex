defmodule App.Torture.OnlyMoney do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "only_money"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, update: :*]
  end

  attributes do
    integer_primary_key :id
  end
end
