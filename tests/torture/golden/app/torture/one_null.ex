defmodule App.Torture.OneNull do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "one_null"
    repo App.Repo
    migrate? false

    identity_index_names code: "one_null_code_key",
                         name: "one_null_name"

    identity_wheres_to_sql name: "(NOT gone)"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :code, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :gone, :boolean do
      allow_nil? false
      public? true
      default false
    end
  end

  identities do
    identity :code, [:code] do
      nils_distinct? false
    end

    identity :name, [:name] do
      nils_distinct? false
      where expr(not gone)
    end
  end
end
