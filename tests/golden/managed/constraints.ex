defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Room
  end
end

defmodule App.Core.Room do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "rooms"
    repo App.Repo

    migration_types beds: :integer

    skip_unique_indexes [:name]

    identity_index_names name: "rooms_name_key"
    exclusion_constraint_names [{:during, "rooms_during_excl"}]

    check_constraints do
      check_constraint :beds, "beds_positive" do
        check "(beds > 0)"
        message "is invalid"
      end

      check_constraint :code, "hostile" do
        message "is invalid"
      end

      check_constraint :kind, "kinds" do
        message "is invalid"
      end

      check_constraint :name, "late" do
        message "is invalid"
      end

      check_constraint :price, "price is ok" do
        check "((price >= (0)::numeric) AND (price < (100000)::numeric))"
        message "is invalid"
      end
    end

    custom_statements do
      statement :exclusion_rooms_during_excl do
        code? true

        up """
        execute(~S|ALTER TABLE rooms ADD CONSTRAINT rooms_during_excl EXCLUDE USING gist (during WITH &&)|)
        """

        down "execute(~S|ALTER TABLE rooms DROP CONSTRAINT rooms_during_excl|)"
      end

      statement :unique_rooms_name_key do
        code? true
        up "execute(~S|ALTER TABLE rooms ADD CONSTRAINT rooms_name_key UNIQUE (name) DEFERRABLE|)"
        down "execute(~S|ALTER TABLE rooms DROP CONSTRAINT rooms_name_key|)"
      end

      statement :check_hostile do
        code? true

        up """
        execute(~S/ALTER TABLE rooms ADD CONSTRAINT hostile CHECK (((code ~ '^\\d+$'::text) AND (code <> '\#{1 + 1}'::text) AND (code <> '\"\"\"'::text) AND (code <> 'é|'::text)))/)
        """

        down "execute(~S|ALTER TABLE rooms DROP CONSTRAINT hostile|)"
      end

      statement :check_kinds do
        code? true

        up """
        execute(~S|ALTER TABLE rooms ADD CONSTRAINT kinds CHECK ((kind = ANY (ARRAY['a'::text, 'b'::text]))) NO INHERIT|)
        """

        down "execute(~S|ALTER TABLE rooms DROP CONSTRAINT kinds|)"
      end

      statement :check_late do
        code? true

        up """
        execute(~S|ALTER TABLE rooms ADD CONSTRAINT late CHECK ((name <> ''::text)) NOT VALID|)
        """

        down "execute(~S|ALTER TABLE rooms DROP CONSTRAINT late|)"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :beds, :integer do
      public? true
    end

    attribute :price, :decimal do
      public? true
    end

    attribute :code, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :kind, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :during, App.Types.Int4Range do
      public? true
    end
  end

  identities do
    identity :name, [:name]
  end
end
