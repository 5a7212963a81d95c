defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Moment
  end
end

defmodule App.Core.Moment do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "moments"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :second, :utc_datetime do
      public? true
    end

    attribute :fine, :utc_datetime_usec do
      public? true
    end

    attribute :millis, :utc_datetime_usec do
      public? true
    end

    attribute :zoned, AshPostgres.TimestamptzUsec do
      public? true
    end

    attribute :zoned_second, AshPostgres.Timestamptz do
      public? true
    end

    attribute :day, :date do
      public? true
    end

    attribute :hour, :time_usec do
      public? true
    end

    attribute :hour_second, :time do
      public? true
    end

    attribute :length, App.Types.Interval do
      public? true
    end
  end
end
