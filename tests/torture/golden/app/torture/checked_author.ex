defmodule App.Torture.CheckedAuthor do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "checked_authors"
    repo App.Repo
    migrate? false
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read]
  end

  attributes do
    attribute :id, :integer do
      public? true
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
