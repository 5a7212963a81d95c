defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Measure
  end
end

defmodule App.Core.Measure do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "measures"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :label, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :short, :string do
      public? true
      constraints max_length: 40, trim?: false, allow_empty?: true
    end

    attribute :code, App.Types.Bpchar do
      public? true
      constraints max_length: 3
    end

    attribute :system, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :small, :integer do
      public? true
    end

    attribute :whole, :integer do
      public? true
    end

    attribute :big, :integer do
      public? true
    end

    attribute :ratio, :float do
      public? true
    end

    attribute :score, :float do
      allow_nil? false
      public? true
    end

    attribute :free, :decimal do
      public? true
    end

    attribute :price, :decimal do
      allow_nil? false
      public? true
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :rounded, :decimal do
      public? true
      constraints min: Decimal.new("-9999"), max: Decimal.new("9999")
    end

    attribute :hundreds, :decimal do
      public? true
      constraints min: Decimal.new("-99900"), max: Decimal.new("99900")
    end

    attribute :tiny, :decimal do
      public? true
      constraints min: Decimal.new("-0.00099"), max: Decimal.new("0.00099")
    end
  end
end
