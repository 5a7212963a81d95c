defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Post
  end
end

defmodule App.Core.Post do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "posts"
    repo App.Repo
    migrate? false

    identity_index_names mood_zip: "posts_known",
                         zip: "posts_open"

    identity_wheres_to_sql mood_zip:
                             "((status = ANY ('{\"open\",\"very \\\"odd\\\"\"}')) AND (mood = 'ok'::public.mood))",
                           zip: "(status = 'open')"

    check_constraints do
      check_constraint :zip, "digits" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :context
  end

  attributes do
    attribute :id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :status, App.Types.Status do
      allow_nil? false
      public? true
      default :open
    end

    attribute :earlier, {:array, App.Types.Status} do
      allow_nil? false
      public? true
      default []
      constraints nil_items?: true
    end

    attribute :answer, App.Types.Answer do
      public? true
    end

    attribute :mood, App.Types.Mood do
      public? true
      default :ok
    end

    attribute :zip, App.Types.Zip do
      public? true
    end

    attribute :state, App.Types.State do
      public? true
    end

    attribute :place, App.Types.Place do
      public? true
    end

    attribute :places, {:array, App.Types.Place} do
      public? true
      constraints nil_items?: true
    end

    attribute :span, App.Types.Span do
      public? true
    end
  end

  identities do
    identity :mood_zip, [:mood, :zip] do
      where expr(status in [:open, :"very \"odd\""] and mood == :ok)
    end

    identity :zip, [:zip] do
      where expr(status == :open)
    end
  end
end

defmodule App.Types.Answer do
  # `nil`, `true` and `false` can't be told apart as atoms, so this enum's values are strings.
  use Ash.Type.Enum, values: ["yes", "nil"]

  @impl true
  def storage_type, do: :string

  defoverridable cast_atomic: 2

  # The type is in each tenant's schema, so an expression in SQL can't name it.
  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value),
      do: {:not_atomic, "its type is in the tenant's schema"},
      else: super(value, constraints)
  end
end

defmodule App.Types.Mood do
  use Ash.Type.Enum, values: [:sad, :ok]

  @impl true
  def storage_type, do: :mood

  defoverridable cast_atomic: 2, apply_atomic_constraints: 2

  # PostgreSQL itself refuses a label that the type does not have; text functions don't know it.
  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: super(value, constraints)
  end

  @impl true
  def apply_atomic_constraints(value, constraints) do
    if Ash.Expr.expr?(value), do: {:ok, value}, else: apply_constraints(value, constraints)
  end
end

defmodule App.Types.Place do
  @moduledoc "The composite type `place` as a map."
  use Ash.Type

  @fields [
    {:street, :string, [trim?: false, allow_empty?: true]},
    {:zip, App.Types.Zip, []},
    {:status, App.Types.Status, []}
  ]

  @impl true
  def storage_type(_constraints), do: :string

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

  # The type is in each tenant's schema, so an expression in SQL can't name it.
  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value),
      do: {:not_atomic, "its type is in the tenant's schema"},
      else: cast_input(value, constraints)
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

defmodule App.Types.Span do
  @moduledoc "A PostgreSQL `span` as `Postgrex.Range`. Casts PostgreSQL's text for ranges."
  use Ash.Type

  @impl true
  def storage_type(_constraints), do: :string

  @impl true
  def matches_type?(%Postgrex.Range{}, _constraints), do: true
  def matches_type?(_value, _constraints), do: false

  @impl true
  def cast_input(nil, _constraints), do: {:ok, nil}
  def cast_input(%Postgrex.Range{} = value, _constraints), do: check(value)
  def cast_input(value, _constraints) when is_binary(value), do: from_text(value)
  def cast_input(_value, _constraints), do: :error

  @impl true
  def cast_stored(value, _constraints), do: {:ok, value}

  @impl true
  def dump_to_native(value, _constraints), do: {:ok, value}

  # The type is in each tenant's schema, so an expression in SQL can't name it.
  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value),
      do: {:not_atomic, "its type is in the tenant's schema"},
      else: cast_input(value, constraints)
  end

  @impl true
  def generator(_constraints) do
    StreamData.map(StreamData.boolean(), fn empty? ->
      bound = if empty?, do: :empty, else: :unbound

      %Postgrex.Range{lower: bound, upper: bound, lower_inclusive: false, upper_inclusive: false}
    end)
  end

  # The text of a range: `empty`, or two bounds, which may be left out or in quotes.
  defp from_text("empty") do
    {:ok,
     %Postgrex.Range{lower: :empty, upper: :empty, lower_inclusive: false, upper_inclusive: false}}
  end

  defp from_text(text) do
    bound = ~S/("(?:[^"\\]|\\.|"")*"|[^,"\[\]()]*)/

    case Regex.run(~r/\A\s*([\[(])#{bound},#{bound}([\])])\s*\z/s, text) do
      [_text, open, lower, upper, close] ->
        check(%Postgrex.Range{
          lower: unquoted(lower),
          upper: unquoted(upper),
          lower_inclusive: open == "[" and lower != "",
          upper_inclusive: close == "]" and upper != ""
        })

      nil ->
        {:error, "is not a range"}
    end
  end

  defp unquoted(""), do: :unbound

  defp unquoted("\"" <> text),
    do: Regex.replace(~r/[\\"](.)/s, String.slice(text, 0..-2//1), "\\1")

  defp unquoted(text), do: text

  defp check(%Postgrex.Range{} = range) do
    with {:ok, lower} <- bound(range.lower),
         {:ok, upper} <- bound(range.upper) do
      if is_atom(lower) or is_atom(upper) or not Comp.greater_than?(lower, upper),
        do: {:ok, %{range | lower: lower, upper: upper}},
        else: {:error, "lower bound must be less than or equal to upper bound"}
    else
      _error -> {:error, "has a bound that is not valid"}
    end
  end

  # Postgrex writes an atom as no bound.
  defp bound(value) when value in [nil, :unbound, :empty], do: {:ok, value}

  defp bound(value) do
    with {:ok, number} when number not in -9_223_372_036_854_775_808..9_223_372_036_854_775_807//1 <-
           Ecto.Type.cast(:integer, value),
         do: :error
  end
end

defmodule App.Types.State do
  @moduledoc "The domain `state` over `status`."
  use Ash.Type.NewType, subtype_of: App.Types.Status

  # Ash.Type.NewType refuses nil in an array even with `nil_items?: true`.
  @impl true
  def apply_constraints_array(values, constraints) do
    with {:ok, _values} <- super(Enum.reject(values, &is_nil/1), constraints), do: {:ok, values}
  end

  @impl true
  def apply_atomic_constraints_array(values, constraints) do
    with {:ok, _values} <- super(Enum.reject(List.wrap(values), &is_nil/1), constraints),
         do: {:ok, values}
  end
end

defmodule App.Types.Status do
  use Ash.Type.Enum, values: [:open, :closed, :"very \"odd\""]

  @impl true
  def storage_type, do: :string

  defoverridable cast_atomic: 2

  # The type is in each tenant's schema, so an expression in SQL can't name it.
  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value),
      do: {:not_atomic, "its type is in the tenant's schema"},
      else: super(value, constraints)
  end
end

defmodule App.Types.Zip do
  @moduledoc "The domain `zip` over `text`."
  use Ash.Type.NewType, subtype_of: :string, constraints: [trim?: false, allow_empty?: true]

  # Ash.Type.NewType refuses nil in an array even with `nil_items?: true`.
  @impl true
  def apply_constraints_array(values, constraints) do
    with {:ok, _values} <- super(Enum.reject(values, &is_nil/1), constraints), do: {:ok, values}
  end

  @impl true
  def apply_atomic_constraints_array(values, constraints) do
    with {:ok, _values} <- super(Enum.reject(List.wrap(values), &is_nil/1), constraints),
         do: {:ok, values}
  end
end

# type-per-tenant posts.place: Its type is in the schema of each tenant, where no SQL of Ash can name it: it is read, written, sorted and compared with nil; a filter by a value fails.
# type-per-tenant posts.places: Its type is in the schema of each tenant, where no SQL of Ash can name it: it is read, written, sorted and compared with nil; a filter by a value fails.
# type-per-tenant posts.span: Its type is in the schema of each tenant, where no SQL of Ash can name it: it is read, written, sorted and compared with nil; a filter by a value fails.
