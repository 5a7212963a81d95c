defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Visit
  end
end

defmodule App.Core.Visit do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "visits"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :began, App.Types.NaiveDatetimeUsec do
      allow_nil? false
      public? true
    end

    attribute :ended, :naive_datetime do
      public? true
    end

    attribute :seen, :utc_datetime_usec do
      public? true
    end

    attribute :noted, :utc_datetime do
      public? true
    end

    attribute :pauses, {:array, App.Types.NaiveDatetimeUsec} do
      public? true
      constraints nil_items?: true
    end

    attribute :days, {:array, :naive_datetime} do
      public? true
      constraints nil_items?: true
    end

    attribute :booked, AshPostgres.TimestamptzUsec do
      public? true
    end

    attribute :settings, :map do
      allow_nil? false
      public? true
      default %{}
    end

    attribute :old, :map do
      public? true
    end

    attribute :place, :map do
      public? true
    end

    attribute :stops, App.Types.Json do
      public? true
    end

    attribute :legs, {:array, App.Types.JsonItem} do
      public? true
      constraints nil_items?: true
    end

    attribute :list, App.Types.Json do
      public? true
      default []
    end

    attribute :totals, App.Types.Json do
      public? true
    end

    attribute :raw, App.Types.AnyJson do
      public? true
    end

    attribute :ip, App.Types.AppInet do
      public? true
    end

    attribute :secret, :string do
      sensitive? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Types.AnyJson do
  @moduledoc "A PostgreSQL `jsonb` as the Ecto type `App.AnyJson` has it."
  use Ash.Type

  @module App.AnyJson
  @options [field: :raw, schema: App.Visit]
  # Only the library's code says whether the type takes options.
  @has_parameters function_exported?(Code.ensure_compiled!(@module), :type, 1)
  @arguments Enum.take([@options], if(@has_parameters, do: 1, else: 0))
  @ecto Enum.reduce(@arguments, @module, &Ecto.ParameterizedType.init(&2, &1))

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :jsonb

  @impl true
  def cast_input(value, _constraints) do
    with {:error, reason} <- Ecto.Type.cast(@ecto, value),
         do: {:error, Keyword.put_new(reason, :message, "is invalid")}
  end

  @impl true
  def cast_stored(value, _constraints), do: Ecto.Type.load(@ecto, value)

  @impl true
  def dump_to_native(value, _constraints), do: Ecto.Type.dump(@ecto, value)

  @impl true
  def equal?(left, right), do: Ecto.Type.equal?(@ecto, left, right)
end

defmodule App.Types.AppInet do
  @moduledoc "A PostgreSQL `inet` as the Ecto type `App.Inet` has it."
  use Ash.Type

  @module App.Inet
  @options [field: :ip, schema: App.Visit]
  # Only the library's code says whether the type takes options.
  @has_parameters function_exported?(Code.ensure_compiled!(@module), :type, 1)
  @arguments Enum.take([@options], if(@has_parameters, do: 1, else: 0))
  @ecto Enum.reduce(@arguments, @module, &Ecto.ParameterizedType.init(&2, &1))

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :inet

  @impl true
  def cast_input(value, _constraints) do
    with {:error, reason} <- Ecto.Type.cast(@ecto, value),
         do: {:error, Keyword.put_new(reason, :message, "is invalid")}
  end

  @impl true
  def cast_stored(value, _constraints), do: Ecto.Type.load(@ecto, value)

  @impl true
  def dump_to_native(value, _constraints), do: Ecto.Type.dump(@ecto, value)

  @impl true
  def equal?(left, right), do: Ecto.Type.equal?(@ecto, left, right)
end

defmodule App.Types.JsonItem do
  @moduledoc "Any JSON value in an array."
  use Ash.Type

  @impl true
  def storage_type(_constraints), do: :jsonb

  @impl true
  def matches_type?(_value, _constraints), do: true

  @impl true
  def cast_input(value, _constraints), do: {:ok, value}

  @impl true
  def cast_stored(value, _constraints), do: {:ok, value}

  # Postgrex would take a list for one more dimension of the array.
  @impl true
  def dump_to_native(value, _constraints) when is_list(value),
    do: {:ok, value |> Jason.encode_to_iodata!() |> Jason.Fragment.new()}

  def dump_to_native(value, _constraints), do: {:ok, value}

  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: cast_input(value, constraints)
  end

  @impl true
  def generator(_constraints), do: StreamData.string(:alphanumeric)
end
