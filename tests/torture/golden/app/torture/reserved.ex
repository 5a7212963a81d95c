defmodule App.Torture.Reserved do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "reserved"
    repo App.Repo
    migrate? false

    identity_index_names in: "reserved_in",
                         or: "reserved_or",
                         and: "reserved_true",
                         when_as: "reserved_when_as_key"

    identity_wheres_to_sql in: "((fn IS NOT NULL) AND (ref = 'a\"b \#{c}'::text))",
                           or: "(\"active?\" AND (NOT \"not\") AND (\"when\" > 1))",
                           and: "(\"true\" AND (\"false\" IS NULL))"

    check_constraints do
      check_constraint [:when, :fragment_], "reserved_check" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :active?, :boolean do
      public? true
    end

    attribute :save!, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :n1d, :string do
      source :"_-1d"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :when, App.Types.Int4 do
      public? true
    end

    attribute :as_, :string do
      source :as
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :calculations_, :string do
      source :calculations
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :aggregates_, :string do
      source :aggregates
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :relationships_, :string do
      source :relationships
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :and_, App.Types.Int4 do
      source :and
      public? true
    end

    attribute :or_, App.Types.Int4 do
      source :or
      public? true
    end

    attribute :not_, :boolean do
      source :not
      public? true
    end

    attribute :in, App.Types.Int4 do
      public? true
    end

    attribute true, :boolean do
      public? true
    end

    attribute false, :boolean do
      public? true
    end

    attribute :fragment_, :string do
      source :fragment
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :do, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :end, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :fn, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :after, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :else, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :__struct___, :string do
      source :__struct__
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :__meta___, :string do
      source :__meta__
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :__metadata___, :string do
      source :__metadata__
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u2a, :string do
      source :*
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u2b, :string do
      source :+
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :struct, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :expr, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :ref, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :parent, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :exists, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :type, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :self, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :def, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :module, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :inspect, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :when_as, [:when, :as_]

    identity :in, [:in] do
      where expr(not is_nil(^ref(:fn)) and ^ref(:ref) == "a\"b \#{c}")
    end

    identity :or, [:or_] do
      where expr(active? and not not_ and ^ref(:when) > 1)
    end

    identity :and, [:and_] do
      where expr(^ref(true) and is_nil(^ref(false)))
    end
  end
end
