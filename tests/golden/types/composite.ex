defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Person
  end
end

defmodule App.Core.Person do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "people"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :home, App.Types.Address do
      public? true
    end

    attribute :who, App.Types.Person do
      public? true
    end

    attribute :addresses, {:array, App.Types.Address} do
      public? true
      constraints nil_items?: true
    end
  end
end

defmodule App.Types.Address do
  @moduledoc "The composite type `address` as a map."
  use Ash.Type

  @fields [
    {:street, :string, [trim?: false, allow_empty?: true]},
    {:zip_code, :string, [max_length: 10, trim?: false, allow_empty?: true]},
    {:at, App.Types.Point, []}
  ]

  @impl true
  def storage_type(_constraints), do: :address

  @impl true
  def composite?(_constraints), do: true

  @impl true
  def composite_types(_constraints), do: @fields

  @impl true
  def matches_type?(value, _constraints) when is_map(value) and not is_struct(value),
    do: Enum.all?(@fields, fn {name, _type, _constraints} -> is_map_key(value, name) end)

  def matches_type?(_value, _constraints), do: false

  @impl true
  def cast_input(nil, _constraints), do: {:ok, nil}

  def cast_input(value, _constraints) when is_map(value) and not is_struct(value),
    do: to_map(&field(value, &1), &cast_field/3)

  def cast_input(value, _constraints) when tuple_size(value) == length(@fields),
    do: from_tuple(value, &cast_field/3)

  def cast_input(_value, _constraints), do: :error

  @impl true
  def cast_stored(nil, _constraints), do: {:ok, nil}

  def cast_stored(value, _constraints) when tuple_size(value) == length(@fields),
    do: from_tuple(value, &Ash.Type.cast_stored/3)

  def cast_stored(_value, _constraints), do: :error

  @impl true
  def dump_to_native(nil, _constraints), do: {:ok, nil}

  def dump_to_native(value, _constraints) when is_map(value) do
    with {:ok, map} <- to_map(&field(value, &1), &Ash.Type.dump_to_native/3) do
      {:ok, List.to_tuple(for {name, _type, _constraints} <- @fields, do: map[name])}
    end
  end

  def dump_to_native(_value, _constraints), do: :error

  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: cast_input(value, constraints)
  end

  @impl true
  def generator(_constraints) do
    StreamData.fixed_map(
      for {name, type, constraints} <- @fields, do: {name, Ash.Type.generator(type, constraints)}
    )
  end

  defp cast_field(type, value, constraints) do
    with {:ok, value} <- Ash.Type.cast_input(type, value, constraints),
         do: Ash.Type.apply_constraints(type, value, constraints)
  end

  defp field(map, name), do: Map.get_lazy(map, name, fn -> map[to_string(name)] end)

  defp from_tuple(tuple, convert) do
    names = for {name, _type, _constraints} <- @fields, do: name
    values = names |> Enum.zip(Tuple.to_list(tuple)) |> Map.new()
    to_map(&Map.fetch!(values, &1), convert)
  end

  defp to_map(fetch, convert) do
    Enum.reduce_while(@fields, {:ok, %{}}, fn {name, type, constraints}, {:ok, map} ->
      with {:ok, constraints} <- Ash.Type.init(type, constraints),
           {:ok, value} <- convert.(type, fetch.(name), constraints) do
        {:cont, {:ok, Map.put(map, name, value)}}
      else
        error -> {:halt, error}
      end
    end)
  end
end

defmodule App.Types.Person do
  @moduledoc "The composite type `person` as a map."
  use Ash.Type

  @fields [
    {:name, :string, [trim?: false, allow_empty?: true]},
    {:home, App.Types.Address, []},
    {:age, :integer, []}
  ]

  @impl true
  def storage_type(_constraints), do: :person

  @impl true
  def composite?(_constraints), do: true

  @impl true
  def composite_types(_constraints), do: @fields

  @impl true
  def matches_type?(value, _constraints) when is_map(value) and not is_struct(value),
    do: Enum.all?(@fields, fn {name, _type, _constraints} -> is_map_key(value, name) end)

  def matches_type?(_value, _constraints), do: false

  @impl true
  def cast_input(nil, _constraints), do: {:ok, nil}

  def cast_input(value, _constraints) when is_map(value) and not is_struct(value),
    do: to_map(&field(value, &1), &cast_field/3)

  def cast_input(value, _constraints) when tuple_size(value) == length(@fields),
    do: from_tuple(value, &cast_field/3)

  def cast_input(_value, _constraints), do: :error

  @impl true
  def cast_stored(nil, _constraints), do: {:ok, nil}

  def cast_stored(value, _constraints) when tuple_size(value) == length(@fields),
    do: from_tuple(value, &Ash.Type.cast_stored/3)

  def cast_stored(_value, _constraints), do: :error

  @impl true
  def dump_to_native(nil, _constraints), do: {:ok, nil}

  def dump_to_native(value, _constraints) when is_map(value) do
    with {:ok, map} <- to_map(&field(value, &1), &Ash.Type.dump_to_native/3) do
      {:ok, List.to_tuple(for {name, _type, _constraints} <- @fields, do: map[name])}
    end
  end

  def dump_to_native(_value, _constraints), do: :error

  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: cast_input(value, constraints)
  end

  @impl true
  def generator(_constraints) do
    StreamData.fixed_map(
      for {name, type, constraints} <- @fields, do: {name, Ash.Type.generator(type, constraints)}
    )
  end

  defp cast_field(type, value, constraints) do
    with {:ok, value} <- Ash.Type.cast_input(type, value, constraints),
         do: Ash.Type.apply_constraints(type, value, constraints)
  end

  defp field(map, name), do: Map.get_lazy(map, name, fn -> map[to_string(name)] end)

  defp from_tuple(tuple, convert) do
    names = for {name, _type, _constraints} <- @fields, do: name
    values = names |> Enum.zip(Tuple.to_list(tuple)) |> Map.new()
    to_map(&Map.fetch!(values, &1), convert)
  end

  defp to_map(fetch, convert) do
    Enum.reduce_while(@fields, {:ok, %{}}, fn {name, type, constraints}, {:ok, map} ->
      with {:ok, constraints} <- Ash.Type.init(type, constraints),
           {:ok, value} <- convert.(type, fetch.(name), constraints) do
        {:cont, {:ok, Map.put(map, name, value)}}
      else
        error -> {:halt, error}
      end
    end)
  end
end
