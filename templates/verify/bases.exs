# The rows that updates start from, what a create takes from its struct, and rows in place of those that
# an empty table, or one that it points at, lacks.

defmodule AshScaffold.Verify.Bases do
  alias AshScaffold.Verify.{Inputs, Sides}

  @rows 8
  # How many rows are searched for a key that is free.
  @searched 1000
  @clock [:inserted_at, :updated_at, :created_at, :modified_at]

  def with_preloads(c) do
    names =
      for {name, {:assoc, _reflection}} <- Enum.sort(c.schema.__changeset__()), do: name

    %{c | preloads: if(c.kind == :update, do: names, else: [])}
  end

  def bases(%{kind: :create}), do: [%{key: %{}, variation: %{}, children: %{}}]

  def bases(c) do
    import Ecto.Query
    keys = c.schema.__schema__(:primary_key)

    found =
      Sides.rolled_back(c, fn ->
        c.schema
        |> order_by(^keys)
        |> limit(@rows)
        |> c.repo.all(prefix: c.schema.__schema__(:prefix))
        |> Enum.map(fn row ->
          %{key: Map.take(row, keys), variation: c.struct, children: children_of(c, row)}
        end)
      end)

    cond do
      found != [] ->
        found

      true ->
        [
          %{
            key: %{},
            variation: Map.merge(made(c.schema), c.struct),
            children: %{},
            synthetic: true
          }
        ]
    end
  rescue
    _error ->
      [
        %{
          key: %{},
          variation: Map.merge(made(c.schema), c.struct),
          children: %{},
          synthetic: true
        }
      ]
  end

  # What a create takes from the struct it is given is a private argument of the action: the
  # configuration's value, else that of a row or one that is made up.
  def with_struct(%{kind: :create} = c) do
    values =
      for %{public?: false, name: name} <- c.action.arguments,
          field <- c.schema.__schema__(:fields),
          to_string(field) == (c.back[to_string(name)] || to_string(name)),
          not Map.has_key?(c.private_arguments, name),
          value = Map.get_lazy(c.struct, field, fn -> of_struct(c, field) end),
          into: %{},
          do: {{field, name}, value}

    struct = for {{field, _name}, value} <- values, into: c.struct, do: {field, value}
    private = for {{_field, name}, value} <- values, into: c.private_arguments, do: {name, value}
    given = for {{field, _name}, _value} <- values, do: field
    %{c | struct: struct, private_arguments: private, forced: Map.drop(c.struct, given)}
  end

  def with_struct(c), do: c

  # An Ecto schema that is given as an argument stands for its first row.
  def with_rows(c) do
    call = for argument <- c.call, do: with_row(c, argument)
    private = Map.new(c.private_arguments, fn {name, value} -> {name, first_row(c, value)} end)
    %{c | call: call, private_arguments: private}
  end

  defp with_row(c, {:value, value}), do: {:value, first_row(c, value)}
  defp with_row(_c, argument), do: argument

  defp first_row(c, schema) when is_atom(schema) and schema not in [nil, true, false] do
    if Code.ensure_loaded?(schema) and function_exported?(schema, :__schema__, 1) do
      import Ecto.Query
      query = from(row in schema, order_by: ^schema.__schema__(:primary_key), limit: 1)
      Sides.rolled_back(c, fn -> c.repo.one(query, prefix: schema.__schema__(:prefix)) end)
    else
      schema
    end
  end

  defp first_row(_c, value), do: value

  # Keys that no row of the table has yet: they may have to be unique.
  defp free(c, field) do
    for name <- c.schema.__schema__(:associations),
        %Ecto.Association.BelongsTo{owner_key: ^field} = association <- [
          c.schema.__schema__(:association, name)
        ],
        value <-
          known(c, association.related, association.related_key, @searched) --
            known(c, c.schema, field, @searched),
        do: value
  end

  defp of_struct(c, field) do
    List.first(free(c, field) ++ pointed(c, field)) ||
      loaded(field, c.schema.__schema__(:type, field))
  end

  # The keys of the rows that belong to a row, as parameters name them.
  defp children_of(c, row) do
    row = c.repo.preload(row, c.preloads)

    for name <- c.preloads, into: %{} do
      children =
        for child <- row |> Map.get(name) |> List.wrap() do
          for field <- child.__struct__.__schema__(:primary_key), into: %{} do
            {to_string(field), Map.get(child, field)}
          end
        end

      {to_string(name), children}
    end
  rescue
    _error -> %{}
  end

  def known_keys(_c, bases) do
    for base <- bases, value <- Map.values(base.key) ++ child_keys(base), do: to_string(value)
  end

  defp child_keys(base),
    do:
      for(
        {_name, children} <- base.children,
        child <- children,
        {_key, value} <- child,
        do: value
      )

  # Rows that an empty database lacks: one of the table, and one of each that it points at.
  def with_seeds(%{dry: true} = c), do: c

  def with_seeds(c) do
    wanted = Enum.uniq(parents(c.schema, 3) ++ [c.schema])

    Enum.reduce(wanted, c, fn schema, c ->
      found =
        Sides.rolled_back(c, fn ->
          Sides.safely(fn -> c.repo.exists?(schema, prefix: schema.__schema__(:prefix)) end)
        end)

      if found == {:ok, false}, do: seeded(c, schema), else: c
    end)
  end

  defp parents(_schema, 0), do: []

  defp parents(schema, depth) do
    above =
      for name <- schema.__schema__(:associations),
          %Ecto.Association.BelongsTo{related: related} <- [schema.__schema__(:association, name)],
          related != schema,
          do: related

    Enum.flat_map(above, &parents(&1, depth - 1)) ++ above
  end

  defp seeded(c, schema) do
    Enum.find_value(1..25, c, fn _try ->
      row = struct(schema, made(schema) |> Map.merge(pointing(c, schema)))

      case Sides.rolled_back(c, fn -> Sides.safely(fn -> c.repo.insert!(row) end) end) do
        {:ok, _row} -> %{c | seeds: c.seeds ++ [row]}
        _refused -> nil
      end
    end)
  end

  # Keys of seeds and of rows that are there.
  defp pointing(c, schema) do
    for name <- schema.__schema__(:associations),
        %Ecto.Association.BelongsTo{} = association <- [schema.__schema__(:association, name)],
        value = some_key(c, association),
        into: %{},
        do: {association.owner_key, value}
  end

  defp some_key(c, %{related: related, related_key: key}) do
    seed = Enum.find(c.seeds, &(&1.__struct__ == related))
    if seed, do: Map.get(seed, key), else: c |> known(related, key) |> List.first()
  end

  # Values of a row, for every column that has a type of Ecto's.
  def made(schema) do
    for field <- schema.__schema__(:fields), field not in @clock, into: %{} do
      type = schema.__schema__(:type, field)

      value =
        cond do
          field in schema.__schema__(:primary_key) -> key(type)
          true -> loaded(field, type)
        end

      {field, value}
    end
    |> Map.reject(fn {_field, value} -> value == nil end)
  end

  defp key(type) when type in [:id, :integer], do: 900_000_000 + :rand.uniform(99_999_999)
  defp key(type) when type in [:binary_id, Ecto.UUID], do: uuid()
  defp key(_type), do: nil

  defp uuid do
    <<a::48, _::4, b::12, _::2, c::62>> =
      for _byte <- 1..16, into: <<>>, do: <<:rand.uniform(256) - 1>>

    {:ok, text} = Ecto.UUID.load(<<a::48, 4::4, b::12, 2::2, c::62>>)
    text
  end

  defp loaded(field, type) do
    if Inputs.related(type) != nil do
      nil
    else
      good =
        for candidate <- Inputs.pool(field, type),
            candidate not in [nil, ""],
            {:ok, value} when value != nil <- [cast(type, candidate)],
            do: value

      Inputs.pick(Enum.take(good, 6))
    end
  end

  def cast(type, value) do
    Ecto.Type.cast(type, value)
  rescue
    _error -> :error
  end

  # Keys of the rows that a field points at, and one that none has.
  def pointed(c, field) do
    found =
      for name <- c.schema.__schema__(:associations),
          %Ecto.Association.BelongsTo{owner_key: ^field} = association <- [
            c.schema.__schema__(:association, name)
          ],
          value <-
            Enum.uniq(
              seeded_keys(c, association) ++
                known(c, association.related, association.related_key)
            ),
          do: value

    found
  end

  defp seeded_keys(c, %{related: related, related_key: key}),
    do: for(seed <- c.seeds, seed.__struct__ == related, do: Map.get(seed, key))

  # Values of a field in rows that are there, for uniqueness. Secrets stay where they are.
  def existing(c, field) do
    secret? = MapSet.member?(c.secret, to_string(field))
    plain? = c.schema.__schema__(:type, field) in [:string, :integer, :id, :binary_id, Ecto.UUID]

    if secret? or not plain?,
      do: [],
      else:
        for(seed <- c.seeds, seed.__struct__ == c.schema, value = Map.get(seed, field), do: value) ++
          known(c, c.schema, field)
  end

  def known(c, schema, field, limit \\ 4) do
    import Ecto.Query
    keys = schema.__schema__(:primary_key)

    Sides.rolled_back(%{c | seeds: []}, fn ->
      from(row in schema, order_by: ^keys, limit: ^limit, select: field(row, ^field))
      |> c.repo.all(prefix: schema.__schema__(:prefix))
    end)
    |> Enum.reject(&is_nil/1)
    |> Enum.uniq()
  rescue
    _error -> []
  end
end
