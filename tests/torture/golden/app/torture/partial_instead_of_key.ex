defmodule App.Torture.PartialInsteadOfKey do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "partial_instead_of_key"
    repo App.Repo
    migrate? false

    identity_index_names a: "partial_instead_of_key_a"
    identity_wheres_to_sql a: "(NOT gone)"
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read, create: :*]
  end

  attributes do
    attribute :a, App.Types.Int4 do
      allow_nil? false
      public? true
    end

    attribute :gone, :boolean do
      allow_nil? false
      public? true
      default false
    end
  end

  identities do
    identity :a, [:a] do
      where expr(not gone)
    end
  end
end
