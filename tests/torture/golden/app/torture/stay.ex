defmodule App.Torture.Stay do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "stays"
    repo App.Repo
    migrate? false

    foreign_key_names [{:room, "stays_period"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :room, App.Types.Int4Range do
      public? true
    end

    attribute :during, :range do
      public? true
      constraints inner_type: :date, allow_empty?: true
    end
  end
end
