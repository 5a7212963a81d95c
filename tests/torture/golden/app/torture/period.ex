defmodule App.Torture.Period do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "periods"
    repo App.Repo
    migrate? false

    exclusion_constraint_names [{:during, "periods_pkey"}]

    foreign_key_names [{:room, "stays_period", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :room, App.Types.Int4Range do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :during, :range do
      primary_key? true
      allow_nil? false
      public? true
      constraints inner_type: :date, allow_empty?: true
    end

    attribute :note, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
