defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Item
  end
end

defmodule App.Core.Item do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "items"
    repo App.Repo

    skip_unique_indexes [
      :code,
      :like_name,
      :same_name,
      :same_name_nulls
    ]

    identity_index_names code: "items_code_name_key",
                         like_name: "like_name",
                         name_order: "one_live_name",
                         same_name: "same_name",
                         same_name_nulls: "same_name_nulls"

    identity_wheres_to_sql name_order: "(gone_at IS NULL)"

    # lower_name: lower(name)
    unique_index_names [{[:name], "lower_name"}]

    custom_indexes do
      index ["((name || '\#{x} \\d \"q\" | \"\"\" é'::text))"] do
        name "hostile"
        where "(name <> '\\\" \#{y}'::text)"
      end

      index [:code] do
        name "items_cover"
        include ["name", "\"order\""]
      end

      index ["((meta ->> 'a'::text))", "COALESCE(code, 'a,b)'::text)"] do
        name "items_expr_coalesce_idx"
      end

      index ["meta jsonb_path_ops"] do
        name "items_meta_index"
        using "gin"
      end

      index ["\"order\" DESC NULLS LAST", "name COLLATE \"C\""] do
        name "items_order_index"
      end

      index [:tags] do
        name "items_tags_index"
        using "gin"
      end

      index ["name text_pattern_ops"] do
        name "like_name"
        unique true
      end

      index ["lower(name)"] do
        name "lower_name"
        unique true
      end

      index [:name] do
        name "same_name"
        unique true
      end

      index [:name] do
        name "same_name_nulls"
        unique true
        include ["code"]
      end
    end

    custom_statements do
      statement :unique_items_code_name_key do
        code? true

        up """
        execute(~S|ALTER TABLE items ADD CONSTRAINT items_code_name_key UNIQUE (code) INCLUDE (name)|)
        """

        down "execute(~S|ALTER TABLE items DROP CONSTRAINT items_code_name_key|)"
      end

      statement :"index_items-odd name" do
        code? true
        up "execute(~S|CREATE INDEX \"items-odd name\" ON public.items USING btree (code)|)"
        down "execute(~S|DROP INDEX \"items-odd name\"|)"
      end

      statement :index_items_filled do
        code? true

        up """
        execute(~S|CREATE INDEX items_filled ON public.items USING btree (name) WITH (fillfactor='70')|)
        """

        down "execute(~S|DROP INDEX items_filled|)"
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

    attribute :code, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :order, App.Types.Int4 do
      public? true
    end

    attribute :tags, {:array, :string} do
      public? true
      constraints nil_items?: true, items: [trim?: false, allow_empty?: true]
    end

    attribute :gone_at, :utc_datetime do
      public? true
    end

    attribute :meta, App.Types.Json do
      public? true
    end
  end

  identities do
    identity :code, [:code]

    identity :name, [:name]

    identity :like_name, [:name]

    identity :same_name, [:name]

    identity :same_name_nulls, [:name]

    identity :name_order, [:name, :order] do
      where expr(is_nil(gone_at))
    end
  end
end
