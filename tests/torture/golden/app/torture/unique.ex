defmodule App.Torture.Unique do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "uniques"
    repo App.Repo
    migrate? false

    identity_index_names name_slug: "fk_rails_Unique\#{x}",
                         name_priority: "uniques_covering",
                         name_deleted_at: "uniques_deleted",
                         priority_name: "uniques_descending",
                         email: "uniques_email_again",
                         uniques_email_key: "uniques_email_key",
                         priority_slug: "uniques_flag",
                         slug_state: "uniques_like",
                         mood: "uniques_mood",
                         mood_name: "uniques_moods",
                         name: "uniques_not_deleted",
                         slug_priority: "uniques_not_flag",
                         amount: "uniques_null_flag",
                         ratio: "uniques_numbers",
                         slug_name: "uniques_opclass",
                         slug: "uniques_slug_late",
                         priority: "uniques_states"

    identity_wheres_to_sql name_deleted_at: "(deleted_at IS NOT NULL)",
                           priority_slug: "flag",
                           slug_state: "((slug)::text ~~ 'a%'::text)",
                           mood: "(mood = 'b c'::public.mood)",
                           mood_name:
                             "(mood = ANY (ARRAY['happy'::public.mood, ''::public.mood]))",
                           name: "(deleted_at IS NULL)",
                           slug_priority: "((NOT flag) AND (priority > 3))",
                           amount: "(flag IS NOT TRUE)",
                           ratio:
                             "((amount >= 1.50) AND ((ratio < (0.5)::double precision) OR (priority <> '-1'::integer)))",
                           priority:
                             "((state)::text = ANY (ARRAY[('open'::character varying)::text, ('b c'::character varying)::text, ('it''s'::character varying)::text]))"

    unique_index_names [
      # uniques_lower: lower(email)
      {[:email], "uniques_lower"},
      # uniques_mixed: priority, lower(name)
      {[:priority, :name], "uniques_mixed"},
      # uniques_only_expression: ((name || (COALESCE(slug, ''::character varying))::text))
      {[:name, :slug], "uniques_only_expression"},
      # uniques_payload: ((payload ->> 'key'::text)) WHERE (payload ? 'key'::text)
      {[:payload], "uniques_payload"},
      # uniques_whole_row: amount, name WHERE (uniques.* IS NOT NULL)
      {[:amount, :name], "uniques_whole_row"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :email, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :slug, :string do
      public? true
      constraints max_length: 80, trim?: false, allow_empty?: true
    end

    attribute :state, :string do
      allow_nil? false
      public? true
      default "open"
      constraints max_length: 20, trim?: false, allow_empty?: true
    end

    attribute :priority, App.Types.Int4 do
      public? true
    end

    attribute :ratio, :float do
      public? true
    end

    attribute :amount, App.Types.Numeric do
      public? true
      constraints min: Decimal.new("-9999.99"), max: Decimal.new("9999.99")
    end

    attribute :flag, :boolean do
      allow_nil? false
      public? true
      default false
    end

    attribute :mood, App.Types.Mood do
      public? true
    end

    attribute :payload, App.Types.Json do
      public? true
    end

    attribute :deleted_at, AshPostgres.TimestamptzUsec do
      public? true
    end
  end

  identities do
    identity :name_slug, [:name, :slug]

    identity :name_priority, [:name, :priority]

    identity :priority_name, [:priority, :name]

    identity :email, [:email]

    identity :uniques_email_key, [:email]

    identity :email_name, [:email, :name]

    identity :slug_name, [:slug, :name]

    identity :slug, [:slug]

    identity :name_deleted_at, [:name, :deleted_at] do
      where expr(not is_nil(deleted_at))
    end

    identity :priority_slug, [:priority, :slug] do
      where expr(flag)
    end

    identity :slug_state, [:slug, :state] do
      where expr(fragment("((?)::text ~~ 'a%'::text)", slug))
    end

    identity :mood, [:mood] do
      where expr(mood == :"b c")
    end

    identity :mood_name, [:mood, :name] do
      where expr(mood in [:happy, :""])
    end

    identity :name, [:name] do
      where expr(is_nil(deleted_at))
    end

    identity :slug_priority, [:slug, :priority] do
      where expr(not flag and priority > 3)
    end

    identity :amount, [:amount] do
      where expr(fragment("(? IS NOT TRUE)", flag))
    end

    identity :ratio, [:ratio] do
      where expr(amount >= Decimal.new("1.50") and (ratio < 0.5 or priority != -1))
    end

    identity :priority, [:priority] do
      where expr(state in ["open", "b c", "it's"])
    end
  end
end
