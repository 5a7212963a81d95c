defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Event
  end
end

defmodule App.Core.Event do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "events"
    repo App.Repo

    create_table_options "PARTITION BY RANGE (at)"

    unique_index_names [
      {[:id, :at], "events_rest_pkey"},
      {[:id, :at], "old_key"}
    ]

    custom_indexes do
      index [:kind] do
        name "events_kind_index"
      end
    end

    custom_statements do
      statement :partition_events_2020 do
        code? true

        up """
        execute(~S|CREATE TABLE events_2020 (id bigint NOT NULL, at date NOT NULL, kind text)|)
        execute(~S|ALTER TABLE events_2020 ADD CONSTRAINT old_key PRIMARY KEY (id, at)|)
        execute(~S|CREATE INDEX events_2020_kind_idx ON public.events_2020 USING btree (kind)|)
        execute(~S|ALTER TABLE events ATTACH PARTITION events_2020 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')|)
        """

        down "execute(~S|DROP TABLE events_2020|)"
      end

      statement :partition_events_rest do
        code? true

        up """
        execute(~S|CREATE TABLE events_rest (id bigint NOT NULL, at date NOT NULL, kind text)|)
        execute(~S|ALTER TABLE events_rest ADD CONSTRAINT events_rest_pkey PRIMARY KEY (id, at)|)
        execute(~S|CREATE INDEX events_rest_kind_idx ON public.events_rest USING btree (kind)|)
        execute(~S|ALTER TABLE events ATTACH PARTITION events_rest DEFAULT|)
        """

        down "execute(~S|DROP TABLE events_rest|)"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :at, :date do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :kind, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
