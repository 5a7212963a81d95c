defmodule App.Torture.NumericKey do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "numeric_keys"
    repo App.Repo
    migrate? false

    foreign_key_names [{:id, "cities_numeric_key_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, App.Types.Numeric do
      primary_key? true
      allow_nil? false
      public? true
      constraints min: Decimal.new("-9999999999"), max: Decimal.new("9999999999")
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
