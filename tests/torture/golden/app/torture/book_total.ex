defmodule App.Torture.BookTotal do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "book_totals"
    repo App.Repo
    migrate? false

    identity_index_names author_id: "book_totals_author",
                         total: "book_totals_partial"

    identity_wheres_to_sql total: "(total > 100)"
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read]
  end

  attributes do
    attribute :author_id, :integer do
      public? true
    end

    attribute :total, :integer do
      public? true
    end
  end

  identities do
    identity :author_id, [:author_id]

    identity :total, [:total] do
      where expr(total > 100)
    end
  end
end
