defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Line
  end
end

defmodule App.Core.Line do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "lines"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :number, :integer do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :fixed, :integer do
      allow_nil? false
      public? true
      generated? true
      writable? false
    end

    attribute :counter, :integer do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :price, :decimal do
      allow_nil? false
      public? true
      constraints min: Decimal.new("-99999999.99"), max: Decimal.new("99999999.99")
    end

    attribute :quantity, :integer do
      allow_nil? false
      public? true
      default 1
    end

    attribute :total, :decimal do
      public? true
      generated? true
      writable? false
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :seen_at, AshPostgres.TimestamptzUsec do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :code, :uuid do
      allow_nil? false
      public? true
      generated? true
    end
  end
end
