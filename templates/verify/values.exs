# When two values of Postgrex are the same to PostgreSQL.

defmodule AshScaffold.Verify.Values do
  def same?(one, other), do: one === other or plain(one) === plain(other)

  @doc "What the data layer sends for a loaded value: the dump of the schema's own type."
  def dump(resource, name, value) do
    Ecto.Type.adapter_dump(Ecto.Adapters.Postgres, resource.__schema__(:type, name), value)
  rescue
    _error -> :error
  end

  def load(resource, name, raw) do
    Ecto.Type.adapter_load(Ecto.Adapters.Postgres, resource.__schema__(:type, name), raw)
  rescue
    _error -> :error
  end

  @doc "The Ecto type that a type hands over to, nil for any other type."
  def delegate({:array, type}),
    do: with(inner when inner != nil <- delegate(type), do: {:array, inner})

  def delegate(type) when is_atom(type) do
    if Code.ensure_loaded?(type) and function_exported?(type, :ecto_delegate, 0),
      do: type.ecto_delegate()
  end

  def delegate(_type), do: nil

  @doc "What the Ecto type loads, as legacy code does."
  def load_by_ecto(delegate, raw) do
    Ecto.Type.adapter_load(Ecto.Adapters.Postgres, delegate, raw)
  rescue
    _error -> :error
  end

  def equal_by_ecto?(delegate, one, other) do
    one === other or Ecto.Type.equal?(delegate, one, other)
  rescue
    _error -> false
  end

  def show(value), do: inspect(value, limit: 20, printable_limit: 200, charlists: :as_lists)

  # Structs that Elixir or a library has only in some versions are told by their name.
  defp plain(%{__struct__: module} = value), do: comparable(module, Map.from_struct(value))

  defp plain(value) when is_map(value) do
    Map.new(value, fn {key, item} ->
      {if(is_atom(key), do: Atom.to_string(key), else: key), plain(item)}
    end)
  end

  defp plain(value) when is_list(value), do: Enum.map(value, &plain/1)

  defp plain(value) when is_tuple(value),
    do: value |> Tuple.to_list() |> plain() |> List.to_tuple()

  # A label that a type writes as an atom.
  defp plain(value) when is_atom(value) and value not in [nil, true, false],
    do: Atom.to_string(value)

  defp plain(value), do: value

  # A time's precision is the column's, whatever the number of digits that Elixir carries.
  defp comparable(DateTime, fields), do: instant(struct(DateTime, fields))

  defp comparable(NaiveDateTime, fields) do
    NaiveDateTime |> struct(fields) |> DateTime.from_naive!("Etc/UTC") |> instant()
  end

  defp comparable(Time, fields) do
    {microseconds, _digits} = fields.microsecond
    {:time, ((fields.hour * 60 + fields.minute) * 60 + fields.second) * 1_000_000 + microseconds}
  end

  defp comparable(Duration, fields) do
    {microseconds, _digits} = fields.microsecond
    seconds = (fields.hour * 60 + fields.minute) * 60 + fields.second

    {:interval, fields.year * 12 + fields.month, fields.week * 7 + fields.day,
     seconds * 1_000_000 + microseconds}
  end

  defp comparable(Postgrex.Interval, fields) do
    {:interval, fields.months, fields.days,
     fields.secs * 1_000_000 + Map.get(fields, :microsecs, 0)}
  end

  defp comparable(Postgrex.Range, %{lower: :empty}), do: :empty
  defp comparable(Ash.CiString, fields), do: fields.string
  defp comparable(MapSet, fields), do: fields |> then(&struct(MapSet, &1)) |> Enum.map(&plain/1)
  defp comparable(module, fields), do: {module, plain(fields)}

  defp instant(time), do: {:instant, DateTime.to_unix(time, :microsecond)}
end
