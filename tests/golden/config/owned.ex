defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.NewThing
  end
end

defmodule App.Core.NewThing do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "new_things"
    repo App.Repo
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id
  end
end
