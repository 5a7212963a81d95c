defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Country
    resource App.Core.Rate
  end
end

defmodule App.Core.Country do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "countries"
    repo App.Repo
    migrate? false

    foreign_key_names [{:code, "rates_country_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :code, App.Types.Bpchar do
      primary_key? true
      allow_nil? false
      public? true
      constraints max_length: 2
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :rates, App.Core.Rate do
      source_attribute :code
      destination_attribute :country
      public? true
    end
  end
end

defmodule App.Core.Rate do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "rates"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :country, App.Types.Bpchar do
      primary_key? true
      allow_nil? false
      public? true
      constraints max_length: 2
    end

    attribute :year, App.Types.Int2 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :rate, :decimal do
      allow_nil? false
      public? true
      constraints min: Decimal.new("-999.99"), max: Decimal.new("999.99")
    end
  end

  relationships do
    belongs_to :country_country, App.Core.Country do
      source_attribute :country
      destination_attribute :code
      define_attribute? false
      public? true
    end
  end
end
