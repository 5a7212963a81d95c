defmodule App.Torture.U540d524d do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "名前"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id
  end
end
