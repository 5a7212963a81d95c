defmodule App.Torture.EnumKey do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "enum_keys"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :state, App.Types.Mood do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :locale, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints max_length: 5, trim?: false, allow_empty?: true
    end

    attribute :body, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
