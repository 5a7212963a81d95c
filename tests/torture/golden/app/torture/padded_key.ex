defmodule App.Torture.PaddedKey do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "padded_keys"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :code, App.Types.Bpchar do
      primary_key? true
      allow_nil? false
      public? true
      constraints max_length: 4
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
