defmodule App.Torture.NewLine do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "new\nline"
    repo App.Repo
    migrate? false

    identity_index_names name: "new\nline_name_key"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :name, [:name]
  end
end
