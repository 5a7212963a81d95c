defmodule App.Torture.Booking do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "bookings"
    repo App.Repo
    migrate? false

    exclusion_constraint_names [
      {:id, "bookings_expression"},
      {:note, "bookings_late"},
      {:during, "bookings_no_overlap"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :room, App.Types.Int4Range do
      allow_nil? false
      public? true
    end

    attribute :during, :range do
      allow_nil? false
      public? true

      constraints inner_type: :datetime,
                  inner_constraints: [precision: :microsecond],
                  allow_empty?: true
    end

    attribute :cancelled, :boolean do
      allow_nil? false
      public? true
      default false
    end

    attribute :note, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
