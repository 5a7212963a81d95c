defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Booking
  end
end

defmodule App.Core.Booking do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "bookings"
    repo App.Repo
    migrate? false

    exclusion_constraint_names [
      {:period, "no_overlap"},
      {:span, "no_span"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :room, :integer do
      allow_nil? false
      public? true
    end

    attribute :period, :range do
      allow_nil? false
      public? true
      constraints inner_type: :date, allow_empty?: true
    end

    attribute :span, :range do
      public? true

      constraints inner_type: :datetime,
                  inner_constraints: [precision: :microsecond],
                  allow_empty?: true
    end
  end
end
