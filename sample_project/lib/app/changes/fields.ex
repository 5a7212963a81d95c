defmodule App.Changes.Fields do
  @moduledoc """
  The attributes and arguments of an action as the fields of an Ecto changeset: types and values.
  """

  # What Ecto's types call the storage types of columns.
  @ecto_types %{
    text: :string,
    varchar: :string,
    bpchar: :string,
    citext: :string,
    ci_string: :string,
    smallint: :integer,
    bigint: :integer,
    int2: :integer,
    int4: :integer,
    int8: :integer,
    numeric: :decimal,
    bytea: :binary,
    timestamptz: :utc_datetime,
    "timestamptz(6)": :utc_datetime_usec,
    uuid: Ecto.UUID,
    json: :map,
    jsonb: :map
  }

  @doc """
  Returns an Ecto changeset without changes; `names` are fields and attributes that differ.

  `own` are values of attributes that the record has beside those that it was read with.
  """
  def changeset(%{action: %{arguments: arguments}} = changeset, own, names) do
    record = Map.merge(changeset.data, own)
    attributes = Ash.Resource.Info.attributes(changeset.resource)
    fields = Map.new(names, fn {field, attribute} -> {attribute, field} end)
    named = for each <- arguments ++ attributes, do: {Map.get(fields, each.name, each.name), each}
    types = for {field, each} <- named, into: %{}, do: {field, ecto_type(each)}

    data =
      for {field, each} <- named, into: %{} do
        {field, value(types[field], Map.get(record, each.name, each.default))}
      end

    Ecto.Changeset.change({Map.merge(record, data), types})
  end

  @doc "Gives fields the types of Ecto that their attributes and arguments don't suggest."
  def retype(ecto, types) do
    types = Map.new(types, fn {field, type} -> {field, prepared(type)} end)
    data = Map.new(types, fn {field, type} -> {field, value(type, Map.get(ecto.data, field))} end)
    %{ecto | types: Map.merge(ecto.types, types), data: Map.merge(ecto.data, data)}
  end

  @doc "Returns a value of Ash as a field of the type holds it."
  def value(_type, %module{}) when module in [Ash.NotLoaded, Ash.ForbiddenField], do: nil
  def value(_type, %Ash.CiString{} = value), do: to_string(value)
  def value(:string, value) when is_atom(value) and value != nil, do: Atom.to_string(value)
  def value({:array, type}, values) when is_list(values), do: Enum.map(values, &value(type, &1))
  def value(_type, value), do: value

  @doc "Returns what a record has of an embed as the struct, or structs, of its Ecto schema."
  def load_embed(record, %{type: type, constraints: constraints} = attribute, embed) do
    {:ok, stored} = Ash.Type.dump_to_native(type, Map.get(record, attribute.name), constraints)
    {:ok, loaded} = Ecto.Type.embedded_load(embed_type(embed), json(stored), :json)
    loaded
  end

  @doc "Returns an embed as its attribute holds it, with keys and timestamps as Ecto makes them."
  def dump_embed(ecto, action, %{type: type, constraints: constraints}, %{field: field} = embed) do
    %{^field => value} = Ecto.Embedded.prepare(ecto, [field], Ecto.Adapters.Postgres, action)
    {:ok, dumped} = Ecto.Type.embedded_dump(embed_type(embed), value, :json)
    {:ok, value} = Ash.Type.cast_stored(type, json(dumped), constraints)
    value
  end

  defp embed_type(embed), do: {:parameterized, {Ecto.Embedded, embed}}
  defp json(value), do: value |> Jason.encode!() |> Jason.decode!()

  defp ecto_type(%{type: type, constraints: constraints}), do: ecto_type(type, constraints)

  defp ecto_type({:array, type}, constraints),
    do: {:array, ecto_type(type, constraints[:items] || [])}

  defp ecto_type(type, constraints) do
    Code.ensure_loaded!(type)

    cond do
      type == Ash.Type.Term -> :any
      function_exported?(type, :ecto_delegate, 0) -> type.ecto_delegate()
      Spark.implements_behaviour?(type, Ash.Type.Enum) -> one_of(type.values())
      type == Ash.Type.Atom and is_list(constraints[:one_of]) -> one_of(constraints[:one_of])
      true -> stored_as(type, constraints)
    end
  end

  # An enum of Ash may hold text, which Ecto's doesn't.
  defp one_of(values),
    do:
      if(Enum.all?(values, &is_atom/1), do: prepared({Ecto.Enum, values: values}), else: :string)

  defp stored_as(type, constraints) do
    storage = Ash.Type.storage_type(type, constraints)
    storage = Map.get(@ecto_types, storage, storage)

    if storage == Ecto.UUID or (is_atom(storage) and Ecto.Type.base?(storage)),
      do: storage,
      else: prepared({Ash.Type.ecto_type(type), constraints})
  end

  defp prepared({:array, type}), do: {:array, prepared(type)}

  defp prepared({module, options}) when is_list(options),
    do: Ecto.ParameterizedType.init(module, options)

  defp prepared(type), do: type
end
