defmodule App.Torture.Domain do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "domain"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :resource, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
