# A changeset function and the action that was made of it: where both stand, what the function is called
# with, and what of their tables matters. The rest of the script calls it `c`.

defmodule AshScaffold.Verify.Subject do
  alias AshScaffold.Verify.{Connect, Inputs, Sides}

  # How many literals of the function's module are tried.
  @literals 30
  @clock [:inserted_at, :updated_at, :created_at, :modified_at]

  def subject(each, domain, resource, others, options) do
    module = Module.concat([each.module])
    kind = String.to_existing_atom(each.kind)
    action = Enum.find(Ash.Resource.Info.actions(resource), &(to_string(&1.name) == each.action))
    code = code(module)
    arity = length(each.call)
    definition = Enum.find(code.definitions, &(elem(&1, 0) == {to_string(each.function), arity}))
    schema = Module.concat([each.schema || each.module])

    cond do
      action == nil ->
        {:error, "the resource has no action #{each.action}"}

      action.type != kind ->
        {:error, "the action #{each.action} is a #{action.type}, not a #{kind}"}

      not Code.ensure_loaded?(module) ->
        {:error, "there is no module #{each.module}"}

      match?({_name, kind, _line, _literals} when kind in [:defp, :defmacrop], definition) ->
        {:error, "#{each.function}/#{arity} is private"}

      definition == nil and exported(module, each.function, arity) == nil ->
        {:error, "#{each.module} has no function #{each.function}/#{arity}"}

      not (Code.ensure_loaded?(schema) and function_exported?(schema, :__changeset__, 0)) ->
        {:error, "#{inspect(schema)} is no Ecto schema"}

      true ->
        with :ok <- known(each, schema),
             {:ok, call, private} <- call(each, action),
             {:ok, struct} <- struct_values(each, schema) do
          {:ok,
           assembled(
             each,
             domain,
             resource,
             module,
             action,
             code,
             definition,
             schema,
             others,
             options,
             call,
             private,
             struct
           )}
        end
    end
  end

  # The fields that the configuration names.
  defp known(each, schema) do
    fields = for field <- Map.keys(schema.__changeset__()), do: to_string(field)
    names = for({name, _text} <- each.struct, do: name) ++ each.leave_out

    case Enum.find(names, &(&1 not in fields)) do
      nil -> :ok
      name -> {:error, %{what: name, schema: inspect(schema), known: Enum.sort(fields)}}
    end
  end

  defp exported(module, function, arity) do
    Enum.find(module.module_info(:exports), fn {name, found} ->
      found == arity and to_string(name) == function
    end)
  end

  defp call(each, action) do
    found =
      for {role, name, text} <- each.call do
        case {role, text && literal(text)} do
          {"struct", _none} -> :struct
          {"attributes", _none} -> :attributes
          {_other, nil} -> {:error, "the argument #{name} is missing"}
          {_other, {:ok, value}} -> {:value, value}
          {_other, :error} -> {:error, "the argument #{name} is no literal: #{text}"}
        end
      end

    case Enum.find(found, &match?({:error, _why}, &1)) do
      nil ->
        private =
          for {{_role, name, _text}, {:value, value}} <- Enum.zip(each.call, found),
              argument = Enum.find(action.arguments, &(to_string(&1.name) == name)),
              into: %{},
              do: {argument.name, value}

        {:ok, found, private}

      error ->
        error
    end
  end

  defp struct_values(each, schema) do
    Enum.reduce_while(each.struct, {:ok, %{}}, fn {name, text}, {:ok, values} ->
      field = Enum.find(Map.keys(schema.__changeset__()), &(to_string(&1) == name))

      case {field, literal(text)} do
        {_field, :error} -> {:halt, {:error, "the value of #{name} is no literal: #{text}"}}
        {field, {:ok, value}} -> {:cont, {:ok, Map.put(values, field, value)}}
      end
    end)
  end

  # Configuration is data: no call in it is made.
  @doc false
  def literal(text) do
    case Code.string_to_quoted(text) do
      {:ok, quoted} -> {:ok, term(quoted)}
      _error -> :error
    end
  catch
    :no_literal -> :error
  end

  defp term(value) when is_atom(value) or is_number(value) or is_binary(value), do: value
  defp term(items) when is_list(items), do: Enum.map(items, &term/1)
  defp term({one, other}), do: {term(one), term(other)}
  defp term({:{}, _meta, items}), do: items |> Enum.map(&term/1) |> List.to_tuple()
  defp term({:%{}, _meta, pairs}), do: Map.new(pairs, &term/1)
  defp term({:__aliases__, _meta, parts}), do: Module.concat(parts)
  defp term({:-, _meta, [number]}) when is_number(number), do: -number

  defp term({sigil, _meta, [{:<<>>, _, [text]}, []]})
       when sigil in [:sigil_D, :sigil_U, :sigil_N, :sigil_T, :sigil_s, :sigil_S] and
              is_binary(text) do
    case sigil do
      :sigil_D -> Date.from_iso8601!(text)
      :sigil_U -> text |> DateTime.from_iso8601() |> elem(1)
      :sigil_N -> NaiveDateTime.from_iso8601!(text)
      :sigil_T -> Time.from_iso8601!(text)
      _text -> text
    end
  end

  defp term(_other), do: throw(:no_literal)

  defp assembled(
         each,
         domain,
         resource,
         module,
         action,
         code,
         definition,
         schema,
         others,
         options,
         call,
         private,
         struct
       ) do
    repo = Connect.repo(resource)
    {table_schema, table} = Connect.table(resource)

    attributes =
      for attribute <- Ash.Resource.Info.attributes(resource), into: %{} do
        {to_string(attribute.source || attribute.name), attribute.name}
      end

    names =
      for field <- schema.__schema__(:fields),
          name = attributes[Sides.column(schema, field)],
          name != field,
          into: %{},
          do: {to_string(field), to_string(name)}

    secret =
      for(
        each <- Ash.Resource.Info.attributes(resource) ++ action.arguments,
        each.sensitive?,
        do: to_string(each.name)
      ) ++
        for(field <- redacted(schema), do: to_string(field))

    %{
      id: "#{table_schema}.#{table}.#{action.name}",
      each: each,
      domain: domain,
      resource: resource,
      action: action,
      kind: action.type,
      module: module,
      function: String.to_existing_atom(each.function),
      call: call,
      private_arguments: private,
      code: code,
      line: line_of(definition || named(code, each.function)),
      literals: code.literals,
      schema: schema,
      struct: struct,
      forced: struct,
      back: Map.new(names, fn {field, name} -> {name, field} end),
      leave_out: each.leave_out,
      repo: repo,
      repos: [repo | others],
      dry: options.dry,
      checked_only: options.dry,
      show_values: options.show_values,
      seeds: [],
      preloads: [],
      table: Sides.quoted(Sides.table(schema)),
      table_name: "#{elem(Sides.table(schema), 0) || "public"}.#{elem(Sides.table(schema), 1)}",
      full_name: "#{table_schema}.#{table}",
      attributes: attributes,
      names: names,
      fields:
        for(
          field <- schema.__schema__(:fields),
          into: %{},
          do: {Sides.column(schema, field), to_string(field)}
        ),
      keys: for(field <- schema.__schema__(:primary_key), do: Sides.column(schema, field)),
      clock: clock(schema),
      secret: MapSet.new(secret ++ nested_secrets(schema)),
      unsteady: [],
      new_keys: new_keys(schema),
      known_keys: []
    }
  end

  # With an argument that has a default the definition is of a greater arity.
  defp named(code, function),
    do: Enum.find(code.definitions, &match?({{^function, _arity}, _kind, _line, _}, &1))

  defp line_of(nil), do: nil
  defp line_of({_name, _kind, line, _}), do: line

  defp redacted(schema) do
    schema.__schema__(:redact_fields)
  rescue
    _error -> []
  end

  defp nested_secrets(schema) do
    for {_name, type} <- schema.__changeset__(),
        {_cardinality, related} <- [Inputs.related(type)],
        field <- redacted(related),
        do: to_string(field)
  end

  defp clock(schema) do
    generated =
      try do
        for {fields, _function} <- schema.__schema__(:autogenerate), field <- fields, do: field
      rescue
        _error -> []
      end

    for field <- Enum.uniq(generated ++ @clock ++ schema.__schema__(:primary_key)),
        column = Sides.column(schema, field),
        do: column
  end

  # The columns of belonging rows that hold numbers of rows: their own, and their owner's.
  defp new_keys(schema) do
    for related <- reached(schema, 2), into: %{} do
      keys = for field <- related.__schema__(:primary_key), do: Sides.column(related, field)

      owners =
        for name <- related.__schema__(:associations),
            %Ecto.Association.BelongsTo{owner_key: key} <- [
              related.__schema__(:association, name)
            ],
            do: Sides.column(related, key)

      {prefix, table} = Sides.table(related)
      {"#{prefix || "public"}.#{table}", keys ++ owners}
    end
  end

  defp reached(_schema, 0), do: []

  defp reached(schema, depth) do
    below =
      for name <- schema.__schema__(:associations),
          %Ecto.Association.Has{related: related} <- [schema.__schema__(:association, name)],
          do: related

    Enum.uniq(below ++ Enum.flat_map(below, &reached(&1, depth - 1)))
  end

  defp code(module) do
    with path when is_list(path) <- :code.which(module),
         {:ok, {_module, [debug_info: {:debug_info_v1, backend, data}]}} <-
           :beam_lib.chunks(path, [:debug_info]),
         {:ok, map} <- backend.debug_info(:elixir_v1, module, data, []) do
      definitions =
        for {{name, arity}, kind, meta, clauses} <- map.definitions do
          {{to_string(name), arity}, kind, meta[:line], clauses}
        end

      literals =
        for {{name, _arity}, _kind, _line, clauses} <- definitions,
            not String.starts_with?(name, "__"),
            literal <- literals(clauses),
            uniq: true,
            do: literal

      %{
        file: map.file,
        definitions: for({name, kind, line, _clauses} <- definitions, do: {name, kind, line, []}),
        literals: literals |> Enum.sort() |> Enum.take(@literals)
      }
    else
      _none -> %{file: nil, definitions: [], literals: []}
    end
  end

  defp literals(text) when is_binary(text) do
    if String.valid?(text) and byte_size(text) <= 100 and length(String.split(text)) <= 2,
      do: [text],
      else: []
  end

  defp literals(number) when is_integer(number) and abs(number) < 1_000_000_000, do: [number]
  # The place of a node is no literal of it.
  defp literals({name, meta, arguments})
       when is_list(meta) and (is_list(arguments) or is_atom(arguments)),
       do: literals(name) ++ literals(arguments)

  defp literals(%{__struct__: _}), do: []
  defp literals(tuple) when is_tuple(tuple), do: tuple |> Tuple.to_list() |> literals()
  defp literals([head | tail]), do: literals(head) ++ literals(tail)
  defp literals(_other), do: []

  def place(c) do
    anno = anno(c.action)

    %{
      resource: inspect(c.resource),
      table: Tuple.to_list(c.each.table),
      kind: c.kind,
      action: to_string(c.action.name),
      function: "#{c.each.module}.#{c.each.function}/#{length(c.call)}",
      legacy_file: c.code.file && to_string(c.code.file),
      legacy_line: c.line,
      action_file:
        (anno && to_string(:erl_anno.file(anno))) ||
          to_string(c.resource.module_info(:compile)[:source]),
      action_line: anno && line(:erl_anno.line(anno))
    }
  end

  defp line(line) when is_integer(line), do: line
  defp line(_other), do: nil

  defp anno(action) do
    apply(Spark.Dsl.Entity, :anno, [action])
  rescue
    _error -> nil
  end
end
