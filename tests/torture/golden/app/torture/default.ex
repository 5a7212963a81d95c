defmodule App.Torture.Default do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "defaults"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :flag, :boolean do
      allow_nil? false
      public? true
      default true
    end

    attribute :flag_off, :boolean do
      public? true
      default false
    end

    attribute :whole, :integer do
      allow_nil? false
      public? true
      default 0
    end

    attribute :lowest, :integer do
      public? true
      default -9_223_372_036_854_775_808
    end

    attribute :negative, :integer do
      public? true
      default -5
    end

    attribute :ratio, :float do
      public? true
      default 0.1
    end

    attribute :thin_ratio, :float do
      public? true
      default 1.5
    end

    attribute :precise, :decimal do
      public? true
      default Decimal.new("1234567890.12345678901234567890")
    end

    attribute :price, App.Types.Numeric do
      allow_nil? false
      public? true
      default Decimal.new("9.90")
      constraints min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")
    end

    attribute :blank, :string do
      allow_nil? false
      public? true
      default ""
      constraints trim?: false, allow_empty?: true
    end

    attribute :padded, :string do
      public? true
      default "  x "
      constraints max_length: 20, trim?: false, allow_empty?: true
    end

    attribute :quoted, :string do
      public? true
      default "it's \"q\" \#{1 + 1} \\ \n \t \"\" \u{202E}"
      constraints trim?: false, allow_empty?: true
    end

    attribute :code, App.Types.Bpchar do
      public? true
      default "ab"
      constraints max_length: 4
    end

    attribute :state, App.Types.Mood do
      public? true
      default :"b c"
    end

    attribute :blank_state, App.Types.Mood do
      allow_nil? false
      public? true
      default :""
    end

    attribute :tags, {:array, :string} do
      allow_nil? false
      public? true
      default []
      constraints nil_items?: true, items: [trim?: false, allow_empty?: true]
    end

    attribute :numbers, {:array, :integer} do
      public? true
      generated? true
      constraints nil_items?: true
    end

    attribute :states, {:array, App.Types.Mood} do
      public? true
      generated? true
      constraints nil_items?: true
    end

    attribute :settings, App.Types.Json do
      allow_nil? false
      public? true
      default %{}
    end

    attribute :list, App.Types.Json do
      public? true
      default []
    end

    attribute :nested, App.Types.Json do
      public? true
      generated? true
    end

    attribute :nothing, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :typed_nothing, :string do
      public? true
      constraints max_length: 3, trim?: false, allow_empty?: true
    end

    attribute :public_id, :uuid do
      public? true
      generated? true
    end

    attribute :ticket, :integer do
      public? true
      generated? true
    end

    attribute :made_on, :date do
      public? true
      generated? true
    end

    attribute :made_at, AshPostgres.TimestamptzUsec do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :ends_at, AshPostgres.TimestamptzUsec do
      public? true
      generated? true
    end

    attribute :fixed_day, :date do
      public? true
      generated? true
    end

    attribute :fixed_time, :utc_datetime do
      public? true
      generated? true
    end

    attribute :who, :string do
      public? true
      generated? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :pause, App.Types.Interval do
      public? true
      generated? true
    end

    attribute :mask, App.Types.Bit3 do
      public? true
      generated? true
    end

    attribute :content, :binary do
      public? true
      generated? true
    end

    attribute :two, :integer do
      public? true
      generated? true
    end

    attribute :shouted, :string do
      public? true
      generated? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
