defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Rest
  end
end

defmodule App.Core.Rest do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "rest"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :address, App.Types.Inet do
      public? true
    end

    attribute :net, App.Types.Cidr do
      public? true
    end

    attribute :mac, App.Types.Macaddr do
      public? true
    end

    attribute :bits, App.Types.Bit4 do
      public? true
    end

    attribute :bit1, App.Types.Bit1 do
      public? true
    end

    attribute :many, App.Types.Varbit9 do
      public? true
    end

    attribute :pairs, App.Types.Hstore do
      public? true
    end

    attribute :path, AshPostgres.Ltree do
      public? true
    end

    attribute :name, :ci_string do
      allow_nil? false
      public? true
      default "x"
      constraints trim?: false, allow_empty?: true
    end

    attribute :place, App.Types.Point do
      public? true
    end

    attribute :search, AshPostgres.Tsvector do
      public? true
    end

    attribute :lsn, App.Types.PgLsn do
      public? true
    end

    attribute :kind, App.Types.Char do
      public? true
    end

    attribute :reg, :integer do
      public? true
    end
  end
end

defmodule App.Types.Varbit9 do
  @moduledoc "A PostgreSQL `varbit` as a text of zeros and ones."
  use Ash.Type

  @impl true
  def storage_type(_constraints), do: :varbit

  @impl true
  def matches_type?(value, _constraints), do: is_binary(value) and value =~ ~r/\A[01]*\z/

  @impl true
  def cast_input(nil, _constraints), do: {:ok, nil}

  def cast_input(value, _constraints) when is_binary(value) do
    cond do
      not (value =~ ~r/\A[01]*\z/) -> {:error, "must be zeros and ones"}
      byte_size(value) > 9 -> {:error, "must have at most 9 digits"}
      true -> {:ok, value}
    end
  end

  def cast_input(value, constraints) when is_bitstring(value),
    do: cast_input(to_text(value), constraints)

  def cast_input(_value, _constraints), do: :error

  @impl true
  def cast_stored(nil, _constraints), do: {:ok, nil}
  def cast_stored(value, _constraints) when is_bitstring(value), do: {:ok, to_text(value)}
  def cast_stored(_value, _constraints), do: :error

  @impl true
  def dump_to_native(nil, _constraints), do: {:ok, nil}

  def dump_to_native(value, _constraints) when is_binary(value),
    do: {:ok, for(<<digit <- value>>, into: <<>>, do: <<digit - ?0::1>>)}

  def dump_to_native(_value, _constraints), do: :error

  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: cast_input(value, constraints)
  end

  @impl true
  def generator(_constraints) do
    StreamData.map(StreamData.bitstring(max_length: 9), &to_text/1)
  end

  defp to_text(bits), do: for(<<bit::1 <- bits>>, into: "", do: <<?0 + bit>>)
end
