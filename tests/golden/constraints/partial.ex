defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Ticket
  end
end

defmodule App.Core.Ticket do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "tickets"
    repo App.Repo
    migrate? false

    identity_index_names tickets_date: "tickets_date",
                         tickets_inactive: "tickets_inactive",
                         code_kind: "tickets_kind",
                         tickets_lower: "tickets_lower",
                         tickets_not_true: "tickets_not_true",
                         tickets_open: "tickets_open",
                         tickets_question: "tickets_question"

    identity_wheres_to_sql code: "(deleted_at IS NULL)",
                           tickets_date: "(at > '2020-01-01'::date)",
                           tickets_inactive: "(NOT active)",
                           code_kind:
                             "(((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])) OR (priority >= 3))",
                           tickets_lower: "(lower((kind)::text) = 'x'::text)",
                           tickets_not_true: "(active IS NOT TRUE)",
                           tickets_open: "((state = 'open'::public.state) AND active)",
                           tickets_question: "((kind)::text <> '?'::text)"
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

    attribute :deleted_at, AshPostgres.TimestamptzUsec do
      public? true
    end

    attribute :state, App.Types.State do
      allow_nil? false
      public? true
    end

    attribute :active, :boolean do
      public? true
    end

    attribute :priority, :integer do
      public? true
    end

    attribute :kind, :string do
      public? true
      constraints max_length: 10, trim?: false, allow_empty?: true
    end

    attribute :at, :date do
      public? true
    end
  end

  identities do
    identity :code, [:code] do
      where expr(is_nil(deleted_at))
    end

    identity :tickets_date, [:code] do
      where expr(fragment("(? > '2020-01-01'::date)", at))
    end

    identity :tickets_inactive, [:code] do
      where expr(not active)
    end

    identity :code_kind, [:code, :kind] do
      where expr(kind in ["a", "b"] or priority >= 3)
    end

    identity :tickets_lower, [:code] do
      where expr(fragment("(lower((?)::text) = 'x'::text)", kind))
    end

    identity :tickets_not_true, [:code] do
      where expr(fragment("(? IS NOT TRUE)", active))
    end

    identity :tickets_open, [:code] do
      where expr(state == :open and active)
    end

    identity :tickets_question, [:code] do
      where expr(kind != "?")
    end
  end
end

defmodule App.Types.State do
  use Ash.Type.Enum, values: [:open, :closed]

  @impl true
  def storage_type, do: :state

  defoverridable cast_atomic: 2, apply_atomic_constraints: 2

  # PostgreSQL itself refuses a label that the type does not have; text functions don't know it.
  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: super(value, constraints)
  end

  @impl true
  def apply_atomic_constraints(value, constraints) do
    if Ash.Expr.expr?(value), do: {:ok, value}, else: apply_constraints(value, constraints)
  end
end
