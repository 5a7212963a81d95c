defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Chosen
  end
end

defmodule App.Core.Chosen do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "chosen"
    repo App.Repo
    migrate? false

    identity_index_names a_b: "chosen_a_b_key",
                         a: "chosen_a_partial",
                         c: "chosen_c",
                         d: "chosen_d_key"

    identity_wheres_to_sql a: "(b > 0)"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :a, App.Types.Int4 do
      allow_nil? false
      public? true
    end

    attribute :b, App.Types.Int4 do
      allow_nil? false
      public? true
    end

    attribute :c, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :d, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :a_b, [:a, :b]

    identity :c, [:c]

    identity :d, [:d]

    identity :a, [:a] do
      where expr(b > 0)
    end
  end
end

# key-chosen chosen: It has no primary key; the unique index chosen_c serves as Ash's.
