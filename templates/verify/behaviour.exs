# Asks changeset functions of the legacy code and the actions that were made of them the same
# questions, and tells where their answers differ.

defmodule AshScaffold.Verify.Behaviour do
  alias AshScaffold.Verify.{Answer, Connect, Inputs, Sides}
  alias Ecto.Adapters.SQL.Sandbox

  # How many draws a valid input may take, and how many are kept.
  @draws 300
  @kept 8
  @rows 8
  @literals 30
  @shrink_steps 150
  # How many tests an action gets in each mode.
  @cases 30
  @shrunk_of_a_kind 1
  # Seconds that one input may take on both sides.
  @patience 30
  @clock [:inserted_at, :updated_at, :created_at, :modified_at]

  def run(request) do
    app = Mix.Project.config()[:app]
    start_dependencies(app)
    listed = Application.get_env(app, :ash_domains, [])
    Answer.put(%{event: "domains", listed: for(domain <- listed, do: inspect(domain))})

    domains =
      for domain <- listed, resource <- Ash.Domain.Info.resources(domain), into: %{} do
        {inspect(resource), {domain, resource}}
      end

    asked = for {_name, each} <- request.behaviour[:actions], do: Map.new(each)

    found =
      for each <- asked,
          {domain, resource} <- [domains[each.resource]],
          do: {each, domain, resource}

    for each <- asked, domains[each.resource] == nil do
      skip(each, "no domain of ash_domains lists #{each.resource}")
    end

    repos = found |> Enum.map(fn {_, _, resource} -> Connect.repo(resource) end) |> Enum.uniq()
    for repo <- repos, do: Answer.put(Connect.start(repo, request))

    others =
      for repo <- Application.get_env(app, :ecto_repos, []) -- repos,
          also(repo, request),
          do: repo

    for repo <- repos ++ others, do: Sandbox.mode(repo, :manual)
    for {_each, _domain, resource} <- found, do: Connect.start_vaults(resource)
    options = Map.new(request.behaviour)
    for {each, domain, resource} <- found, do: compared(each, domain, resource, others, options)
  end

  # What the project's own application starts stays out, what it depends on is there.
  defp start_dependencies(app) do
    Application.load(app)

    for each <- Application.spec(app, :applications) || [],
        do: Application.ensure_all_started(each)
  end

  # A further repo of the legacy code, when it leads to the same database.
  defp also(repo, request) do
    Code.ensure_loaded?(repo) and function_exported?(repo, :__adapter__, 0) and
      repo.__adapter__() == Ecto.Adapters.Postgres and Connect.start_plain(repo, request)
  end

  # ---- one action

  defp compared(each, domain, resource, others, options) do
    case subject(each, domain, resource, others, options) do
      {:error, why} ->
        skip(each, why)

      {:ok, c} ->
        Answer.put(Map.put(place(c), :event, "begun"))
        for mode <- options.modes, do: watched(c, mode, options)
    end
  end

  defp skip(each, why) do
    answer = %{
      event: "behaviour",
      resource: each.resource,
      table: Tuple.to_list(each.table),
      action: each.action
    }

    Answer.put(
      Map.merge(answer, if(is_map(why), do: %{skipped: "", unknown: why}, else: %{skipped: why}))
    )
  end

  defp subject(each, domain, resource, others, options) do
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

  # ---- the code of the legacy module

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

  defp place(c) do
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

  # ---- one action in one mode

  # A function that doesn't come back is killed with its process, and its transaction with that.
  defp watched(c, mode, options) do
    parent = self()
    begun = System.monotonic_time(:millisecond)

    {worker, monitor} =
      spawn_monitor(fn -> send(parent, {:result, job(parent, c, mode, options)}) end)

    state = %{at: nil, groups: %{}, inputs: 0}
    result = follow(worker, monitor, state)
    took = System.monotonic_time(:millisecond) - begun

    Answer.put(
      Map.merge(
        place(c),
        Map.merge(%{event: "behaviour", mode: mode, milliseconds: took}, result)
      )
    )
  end

  defp follow(worker, monitor, state) do
    receive do
      {:result, result} ->
        Process.demonitor(monitor, [:flush])
        result

      {:at, input} ->
        follow(worker, monitor, %{state | at: input})

      {:DOWN, ^monitor, :process, ^worker, reason} ->
        %{stopped: "it stopped with #{stop(reason)}"}
    after
      @patience * 1000 ->
        Process.exit(worker, :kill)
        Process.demonitor(monitor, [:flush])
        shown = state.at && " with #{state.at}"
        %{stopped: "no answer within #{@patience} seconds#{shown}"}
    end
  end

  defp stop({%{__exception__: true} = error, [{module, function, _arity, place} | _rest]}),
    do: "#{Answer.kind(error)} in #{inspect(module)}.#{function} line #{place[:line]}"

  defp stop(reason), do: Answer.kind(reason)

  defp job(parent, c, mode, options) do
    Inputs.seed(options.seed, {c.id, :rows}, 0)
    c = c |> with_preloads() |> with_seeds() |> with_struct() |> with_rows()
    bases = bases(c)
    c = %{c | known_keys: known_keys(c, bases)}
    {keys, foreign, pools, mined} = fields(c, bases)

    confirmed =
      for {field, {:confirmation, _}} <- elem(probed(c, bases, pools), 1), do: to_string(field)

    drawing = %{
      c: c,
      mode: mode,
      seed: options.seed,
      keys: keys,
      foreign: foreign,
      pools: pools,
      mined: mined,
      bases: bases,
      confirmed: confirmed,
      parent: parent
    }

    {valid, good} = valid(drawing)
    drawing = Map.merge(drawing, %{valid: valid, good: good})
    inputs = inputs(drawing, options.inputs)
    state = %{groups: %{}, counts: %{}, accepted: 0, unsteady: [], cases: []}
    state = Enum.reduce(inputs, state, &one(drawing, &1, &2, options))

    %{
      inputs: length(inputs),
      accepted: state.accepted,
      agreed: Map.get(state.counts, "agree", 0),
      keys: keys,
      unsteady: state.unsteady,
      groups: for({_key, group} <- Enum.sort(state.groups), do: told(drawing, group)),
      cases: if(options.cases, do: cases(drawing, state), else: [])
    }
  end

  defp one(drawing, input, state, options) do
    c = %{drawing.c | unsteady: state.unsteady}
    send(drawing.parent, {:at, shown_input(drawing, input)})
    {legacy, ash, difference, unsteady} = asked(c, drawing.mode, input)
    state = %{state | unsteady: Enum.uniq(state.unsteady ++ unsteady)}
    state = if legacy.outcome == :ok, do: %{state | accepted: state.accepted + 1}, else: state
    class = if difference, do: elem(difference, 0), else: "agree"
    state = %{state | counts: Map.update(state.counts, class, 1, &(&1 + 1))}

    cond do
      difference == nil and options.cases ->
        %{state | cases: remembered(drawing, state.cases, input, legacy)}

      difference == nil ->
        state

      true ->
        key = {class, elem(difference, 1)}
        group = Map.get(state.groups, key, %{key: key, count: 0, best: nil})

        group =
          if group.count < @shrunk_of_a_kind,
            do: %{
              group
              | best:
                  better(
                    group.best,
                    shrunk(
                      %{c | unsteady: state.unsteady},
                      drawing.mode,
                      input,
                      key,
                      {legacy, ash, difference}
                    )
                  )
            },
            else: group

        %{state | groups: Map.put(state.groups, key, %{group | count: group.count + 1})}
    end
  end

  # Where the written values differ, the legacy side is asked again: what it writes otherwise each
  # time (a token, a salted hash) can't be compared.
  defp asked(c, mode, input) do
    params = Inputs.sent(mode, input.params)
    legacy = Sides.legacy(c, params, input.base)
    ash = Sides.ash(c, params, input.base)

    case Sides.compare(c, legacy, ash) do
      {"values", _columns, _shown} = difference ->
        again = Sides.legacy(c, params, input.base)

        case again.outcome == :ok && Sides.unsteady(c, legacy, again) do
          [_ | _] = columns ->
            columns = columns -- c.unsteady
            c = %{c | unsteady: c.unsteady ++ columns}
            {legacy, ash, Sides.compare(c, legacy, ash), columns}

          _none ->
            {legacy, ash, difference, []}
        end

      difference ->
        {legacy, ash, difference, []}
    end
  end

  defp better(nil, found), do: found

  defp better(best, found) do
    if size(found) < size(best), do: found, else: best
  end

  defp size({input, _answers}),
    do: Inputs.complexity(input.params) + map_size(input.base.variation)

  # ---- shrinking

  defp shrunk(c, mode, input, key, answers),
    do: shrink(c, mode, key, {input, answers}, @shrink_steps)

  defp shrink(_c, _mode, _key, best, left) when left <= 0, do: best

  defp shrink(c, mode, key, {input, _answers} = best, left) do
    simpler =
      for(params <- Inputs.simpler(input.params), do: %{input | params: params}) ++
        for {field, _value} <- Enum.sort(input.base.variation),
            not Map.has_key?(c.struct, field),
            not Map.get(input.base, :synthetic, false) do
          %{input | base: %{input.base | variation: Map.delete(input.base.variation, field)}}
        end

    simpler
    |> Enum.reduce_while({:none, left}, fn candidate, {:none, left} ->
      {legacy, ash, difference, _unsteady} = asked(c, mode, candidate)

      cond do
        difference != nil and {elem(difference, 0), elem(difference, 1)} == key ->
          {:halt, {{candidate, {legacy, ash, difference}}, left - 1}}

        left <= 1 ->
          {:halt, {:none, 0}}

        true ->
          {:cont, {:none, left - 1}}
      end
    end)
    |> case do
      {:none, _left} -> best
      {better, left} -> shrink(c, mode, key, better, left)
    end
  end

  # ---- rows to start from

  defp with_preloads(c) do
    names =
      for {name, {:assoc, _reflection}} <- Enum.sort(c.schema.__changeset__()), do: name

    %{c | preloads: if(c.kind == :update, do: names, else: [])}
  end

  defp bases(%{kind: :create}), do: [%{key: %{}, variation: %{}, children: %{}}]

  defp bases(c) do
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
  defp with_struct(%{kind: :create} = c) do
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

  defp with_struct(c), do: c

  # An Ecto schema that is given as an argument stands for its first row.
  defp with_rows(c) do
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

  defp of_struct(c, field) do
    List.first(pointed(c, field)) || loaded(field, c.schema.__schema__(:type, field))
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

  defp known_keys(_c, bases) do
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
  defp with_seeds(%{dry: true} = c), do: c

  defp with_seeds(c) do
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
  defp made(schema) do
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

  defp cast(type, value) do
    Ecto.Type.cast(type, value)
  rescue
    _error -> :error
  end

  # ---- the fields of the parameters

  # The keys that the function takes, those that it doesn't (with a value each), and the pools.
  defp fields(c, bases) do
    types = c.schema.__changeset__()

    inputs =
      for each <- Ash.Resource.Info.action_inputs(c.resource, c.action.name),
          is_atom(each),
          do: to_string(each)

    pools =
      for {field, type} <- Enum.sort(types),
          to_string(field) not in c.leave_out,
          into: %{},
          do:
            {to_string(field),
             castable(
               Inputs.pool(field, type, pointed(c, field), existing(c, field)),
               c,
               field,
               type
             )}

    {taken, rules} = probed(c, bases, pools)
    usual = pools

    pools =
      Enum.reduce(rules, pools, fn {field, rule}, pools ->
        key = to_string(field)

        case rule do
          {:confirmation, _options} ->
            Map.put(pools, key <> "_confirmation", Map.get(pools, key, ["x"]))

          {:nested, child, rule} ->
            nested_rule(pools, key, child, rule)

          rule ->
            if Map.has_key?(pools, key),
              do: Map.update!(pools, key, &Inputs.at_bounds(&1, rule)),
              else: Map.put(pools, key, Inputs.at_bounds([true], rule))
        end
      end)

    pools = Map.new(pools, fn {key, pool} -> {key, with_literals(c, pool)} end)
    confirmations = for {field, {:confirmation, _}} <- rules, do: "#{field}_confirmation"
    acceptances = for {field, {:acceptance, _}} <- rules, do: to_string(field)
    ash = for each <- inputs, key = c.back[each] || each, Map.has_key?(pools, key), do: key

    keys =
      (taken ++ ash ++ confirmations ++ acceptances)
      |> Enum.uniq()
      |> Enum.filter(&(Map.has_key?(pools, &1) and &1 not in c.leave_out))
      |> Enum.sort()

    foreign =
      for {key, pool} <- Enum.sort(pools),
          key not in keys,
          is_list(pool),
          value <- Enum.take(pool, 1),
          do: {key, value}

    {keys, foreign, Map.take(pools, keys), mined(usual, pools)}
  end

  # A type that takes none of that takes what rows have, or spans and the like as they are.
  defp castable(pool, c, field, type) when is_list(pool) do
    if Enum.any?(pool, &match?({:ok, value} when value != nil, cast(type, &1))) do
      pool
    else
      own = [%Postgrex.Interval{months: 1, days: 2, secs: 3}]

      found =
        if MapSet.member?(c.secret, to_string(field)), do: [], else: known(c, c.schema, field)

      for(value <- found ++ own, {:ok, _} <- [cast(type, value)], do: value) ++ pool
    end
  end

  defp castable(pool, _c, _field, _type), do: pool

  # What the function's own rules and literals gave.
  defp mined(usual, pools) do
    for {key, pool} <- pools, into: %{} do
      case {pool, usual[key]} do
        {{_, found}, {_, known}} ->
          {key,
           for(
             {child, values} <- mined(known, found),
             value <- values,
             do: {:nested, child, value}
           )}

        {found, known} when is_list(found) ->
          {key, found -- List.wrap(known)}

        _other ->
          {key, []}
      end
    end
  end

  defp nested_rule(pools, key, child, rule) do
    case pools[key] do
      {cardinality, %{} = children} ->
        child = to_string(child)

        children =
          if Map.has_key?(children, child),
            do: Map.update!(children, child, &Inputs.at_bounds(&1, rule)),
            else: children

        Map.put(pools, key, {cardinality, children})

      _none ->
        pools
    end
  end

  defp with_literals(_c, {cardinality, pools}), do: {cardinality, pools}

  defp with_literals(c, pool),
    do: Enum.uniq(pool ++ Enum.flat_map(c.literals, &Inputs.from_literal(&1, pool)))

  # Call the function with one field at a time, then with all: what it takes, and its validations.
  defp probed(c, bases, pools) do
    base = hd(bases)
    key = {__MODULE__, :probed, c.id, c.kind}

    with nil <- Process.get(key) do
      singles = for {name, pool} <- Enum.sort(pools), value <- probes(pool), do: %{name => value}

      several =
        for number <- 1..12 do
          Inputs.seed(0, c.id, number)

          for {name, pool} <- Enum.sort(pools),
              Inputs.chance(70),
              into: %{},
              do: {name, Inputs.value(pool, nil)}
        end

      answers =
        for params <- singles ++ several,
            base <- [base | Enum.take(bases, -1)] |> Enum.uniq(),
            %{changeset: changeset} <- [Sides.legacy(%{c | checked_only: true}, params, base)],
            do: {params, changeset}

      taken =
        for {params, changeset} <- answers,
            {name, _value} <- params,
            takes?(changeset, name, map_size(params) == 1),
            uniq: true,
            do: name

      rules = for {_params, changeset} <- answers, rule <- rules(changeset), uniq: true, do: rule
      Process.put(key, {taken, rules})
      {taken, rules}
    end
  end

  defp probes({_cardinality, _pools} = pool),
    do: [Inputs.value(pool, nil), "no such thing", Inputs.value(pool, nil)]

  defp probes(pool), do: Enum.take(pool, 4) ++ [%{"no" => "such"}]

  defp takes?(changeset, name, alone?) do
    (Enum.any?(changeset.changes, fn {field, _value} -> to_string(field) == name end) and alone?) or
      Enum.any?(changeset.errors, fn {field, {_message, options}} ->
        to_string(field) == name and
          options[:validation] in [:cast, :assoc, :embed, :length, :format]
      end)
  end

  defp rules(changeset) do
    own = for {field, rule} <- changeset.validations, is_tuple(rule), do: {field, rule}

    nested =
      for {field, value} <- changeset.changes,
          child <- List.wrap(value),
          is_struct(child, Ecto.Changeset),
          {name, rule} <- child.validations,
          is_tuple(rule),
          do: {field, {:nested, name, rule}}

    own ++ nested
  end

  # Keys of the rows that a field points at, and one that none has.
  defp pointed(c, field) do
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
  defp existing(c, field) do
    secret? = MapSet.member?(c.secret, to_string(field))
    plain? = c.schema.__schema__(:type, field) in [:string, :integer, :id, :binary_id, Ecto.UUID]

    if secret? or not plain?,
      do: [],
      else:
        for(seed <- c.seeds, seed.__struct__ == c.schema, value = Map.get(seed, field), do: value) ++
          known(c, c.schema, field)
  end

  defp known(c, schema, field) do
    import Ecto.Query
    keys = schema.__schema__(:primary_key)

    Sides.rolled_back(%{c | seeds: []}, fn ->
      from(row in schema, order_by: ^keys, limit: 4, select: field(row, ^field))
      |> c.repo.all(prefix: schema.__schema__(:prefix))
    end)
    |> Enum.reject(&is_nil/1)
    |> Enum.uniq()
  rescue
    _error -> []
  end

  # ---- inputs

  # Some inputs that the legacy side takes, and the values of them by key.
  defp valid(drawing) do
    Enum.reduce_while(1..@draws, {[], %{}, nil}, fn draw, {valid, good, last} ->
      Inputs.seed(drawing.seed, {drawing.c.id, drawing.mode}, draw)
      input = redrawn(drawing, last, good)

      answer =
        Sides.legacy(
          %{drawing.c | checked_only: true},
          Inputs.sent(drawing.mode, input.params),
          input.base
        )

      wrong = wrong(answer)

      fine =
        for {key, value} <- input.params, wrong != :all and key not in wrong, do: {key, value}

      good =
        Enum.reduce(fine, good, fn {key, value}, good ->
          Map.update(good, key, [value], &Enum.take(Enum.uniq([value | &1]), 12))
        end)

      cond do
        answer.outcome == :ok and length(valid) + 1 >= @kept ->
          {:halt, {[input | valid], good, nil}}

        answer.outcome == :ok ->
          {:cont, {[input | valid], good, nil}}

        rem(draw, 40) == 0 ->
          {:cont, {valid, good, nil}}

        true ->
          {:cont, {valid, good, {input, wrong}}}
      end
    end)
    |> then(fn {valid, good, _last} -> {Enum.reverse(valid), good} end)
  end

  defp wrong(%{outcome: :raised}), do: :all
  defp wrong(answer), do: answer.errors |> Enum.map(&hd(&1.path ++ [""])) |> Enum.uniq()

  defp redrawn(drawing, nil, _good) do
    base = Inputs.pick(drawing.bases)

    params =
      for key <- drawing.keys, Inputs.chance(92), into: %{}, do: {key, drawn(drawing, key, base)}

    %{params: confirmed(drawing, params), base: varied(drawing, base)}
  end

  defp redrawn(drawing, {_input, :all}, good), do: redrawn(drawing, nil, good)

  defp redrawn(drawing, {input, wrong}, good) do
    known = Enum.filter(wrong, &(&1 in drawing.keys))
    again = if known == [], do: Enum.take_random(drawing.keys, 2), else: known

    params =
      Enum.reduce(again, input.params, fn key, params ->
        cond do
          Inputs.chance(20) -> Map.delete(params, key)
          Inputs.chance(50) and good[key] != nil -> Map.put(params, key, Inputs.pick(good[key]))
          true -> Map.put(params, key, drawn(drawing, key, input.base))
        end
      end)

    %{input | params: confirmed(drawing, params)}
  end

  defp drawn(drawing, key, base), do: Inputs.value(drawing.pools[key], base.children[key])

  defp confirmed(drawing, params) do
    Enum.reduce(drawing.confirmed, params, fn key, params ->
      if Map.has_key?(params, key) and Inputs.chance(85),
        do: Map.put(params, key <> "_confirmation", params[key]),
        else: params
    end)
  end

  # Now and then a row has what today's rules don't allow.
  defp varied(%{c: %{kind: :update}} = drawing, base) do
    if Inputs.chance(20), do: varied_in(drawing, base, Inputs.pick(drawing.keys)), else: base
  end

  defp varied(_drawing, base), do: base

  defp varied_in(%{c: %{kind: :update} = c} = drawing, base, field) do
    name = field && Enum.find(c.schema.__schema__(:fields), &(to_string(&1) == field))

    if name != nil and is_list(drawing.pools[field]) and
         not Map.has_key?(c.struct, name) do
      type = c.schema.__schema__(:type, name)

      case cast(type, Inputs.pick(["" | drawing.pools[field]])) do
        {:ok, value} when value != nil ->
          %{base | variation: Map.put(base.variation, name, value)}

        _none ->
          base
      end
    else
      base
    end
  end

  defp varied_in(_drawing, base, _field), do: base

  # First each value of each pool alone in a valid input, then such with up to three mutations.
  defp inputs(drawing, count) do
    Inputs.seed(drawing.seed, {drawing.c.id, drawing.mode, :inputs}, 0)
    alone = drawing |> alone() |> Enum.take(max(div(count * 7, 10), 1))
    plain = Enum.take(drawing.valid, count)
    tried = Enum.take(plain ++ alone, count)

    random =
      for number <- (length(tried) + 1)..count//1 do
        Inputs.seed(drawing.seed, {drawing.c.id, drawing.mode, :inputs}, number)
        start = start(drawing)
        params = mixed(drawing, start)

        params =
          Enum.reduce(1..Enum.random(0..3)//1, params, fn _mutation, params ->
            key =
              Inputs.pick(drawing.keys ++ if(drawing.keys == [], do: ["not_a_field"], else: []))

            Inputs.mutated(drawing.mode, key, drawing.pools, params, drawing.foreign)
          end)

        %{params: params, base: varied(drawing, start.base)}
      end

    tried ++ random
  end

  defp start(drawing), do: Inputs.pick(drawing.valid) || redrawn(drawing, nil, drawing.good)

  defp mixed(drawing, start) do
    params =
      for {key, value} <- start.params, into: %{} do
        cond do
          Inputs.chance(35) and drawing.good[key] != nil -> {key, Inputs.pick(drawing.good[key])}
          Inputs.chance(15) -> {key, drawn(drawing, key, start.base)}
          true -> {key, value}
        end
      end

    confirmed(drawing, params)
  end

  # What the function itself names comes first, then the usual values in any order.
  defp alone(drawing) do
    named = for key <- drawing.keys, value <- drawing.mined[key] || [], do: {key, value}
    missing = for key <- drawing.keys, do: {key, :missing}
    blank = for key <- drawing.keys, value <- Inputs.blanks(), do: {key, value}
    usual = for key <- drawing.keys, value <- single(drawing.pools[key]), do: {key, value}
    first = Enum.shuffle(named ++ missing ++ blank)

    for {key, value} <- Enum.uniq(first ++ drawing.foreign ++ Enum.shuffle(usual)) do
      start = start(drawing)

      params =
        case value do
          :missing ->
            Map.delete(start.params, key)

          {:nested, child, value} ->
            Map.put(
              start.params,
              key,
              with_child(start.params[key], child, value, drawing.pools[key])
            )

          # An update is often given but one field.
          value when drawing.c.kind == :update ->
            if Inputs.chance(40), do: %{key => value}, else: Map.put(start.params, key, value)

          value ->
            Map.put(start.params, key, value)
        end

      params = if key in drawing.confirmed, do: confirmed(drawing, params), else: params
      base = if Inputs.chance(25), do: varied_in(drawing, start.base, key), else: start.base
      %{params: params, base: base, bound: if({key, value} in first, do: {key, value})}
    end
  end

  defp single({_cardinality, pools}) do
    for(
      {child, pool} <- Enum.sort(pools),
      is_list(pool),
      value <- Enum.uniq(pool) ++ [:missing | Inputs.blanks()],
      do: {:nested, child, value}
    ) ++
      ["", nil, [], %{}, "text"]
  end

  defp single(pool), do: Enum.uniq(pool ++ Inputs.blanks())

  defp with_child([first | rest], child, value, _pools) when is_map(first),
    do: [put_child(first, child, value) | rest]

  defp with_child(%{} = one, child, value, {:one, _pools}), do: put_child(one, child, value)

  defp with_child(_none, child, value, {:one, pools}),
    do: put_child(Inputs.value({:one, pools}, nil), child, value)

  defp with_child(_none, child, value, {_many, pools}),
    do: [put_child(Inputs.value({:one, pools}, nil), child, value)]

  defp put_child(params, child, :missing), do: Map.delete(params, child)
  defp put_child(params, child, value), do: Map.put(params, child, value)

  # ---- what is told

  defp told(drawing, %{
         key: {class, fields},
         count: count,
         best: {input, {legacy, ash, difference}}
       }) do
    before = Sides.before(drawing.c, input.base)
    sent = shown_input(drawing, input)

    %{
      class: class,
      fields: fields,
      count: count,
      input: sent,
      row: shown_row(drawing, input),
      legacy: answered(drawing, input, legacy),
      ash: answered(drawing, input, ash),
      values:
        for(
          {column, one, other} <- elem(difference, 2),
          do: %{
            column: column,
            legacy: value(drawing.c, column, one, {before, sent}),
            ash: value(drawing.c, column, other, {before, sent})
          }
        )
    }
  end

  # What a row had, or rows that belong to it, is shown only when asked for.
  defp value(c, column, text, {before, sent}) do
    field = Map.get(c.fields, column, column |> String.split(".") |> List.last())

    cond do
      MapSet.member?(c.secret, field) and text != "nil" ->
        "***"

      c.show_values or text == "nil" or sent =~ text ->
        clipped(text)

      text == before[column] ->
        "(as it was)"

      column =~ "." and not (text =~ ~r/\A(new|\?|now|\d+ rows|.*(inserted|written).*)\z/) ->
        "(not shown)"

      true ->
        clipped(text)
    end
  end

  defp answered(drawing, input, %{outcome: :error, errors: errors}) do
    for error <- Enum.sort_by(errors, &{&1.path, &1.message}) do
      shown =
        if error.variables == [] or (error.template == error.message and error.variables == []),
          do: error.message,
          else:
            error.message <>
              " (" <>
              error.template <>
              ", " <>
              Enum.map_join(error.variables, ", ", fn {key, value} -> "#{key}: #{value}" end) <>
              ")"

      without_secrets(drawing, input, "#{Sides.name(error)}: #{shown}")
    end
  end

  defp answered(_drawing, _input, %{outcome: :raised, error: error}), do: ["raised " <> error]
  defp answered(_drawing, _input, %{outcome: :ok}), do: ["accepted"]

  defp without_secrets(drawing, input, text) do
    Enum.reduce(secrets(drawing.c, input.params), text, &String.replace(&2, &1, "***"))
  end

  defp secrets(_c, struct) when is_struct(struct), do: []

  defp secrets(c, params) when is_map(params) do
    Enum.flat_map(params, fn {key, value} ->
      cond do
        MapSet.member?(c.secret, key) and is_binary(value) and byte_size(value) > 2 -> [value]
        true -> secrets(c, value)
      end
    end)
  end

  defp secrets(c, items) when is_list(items), do: Enum.flat_map(items, &secrets(c, &1))
  defp secrets(_c, _value), do: []

  defp shown_input(drawing, input) do
    params = Inputs.sent(drawing.mode, input.params)
    drawing |> masked(params, nil) |> term_text()
  end

  # Values of rows that are there are shown only when asked for; keys always.
  defp masked(_drawing, struct, _key) when is_struct(struct), do: struct

  defp masked(drawing, params, _key) when is_map(params) do
    Map.new(params, fn {key, value} ->
      key = to_string(key)

      if MapSet.member?(drawing.c.secret, secret_name(key)) and value not in [nil, "", %{}, []],
        do: {key, {:text, "***"}},
        else: {key, masked(drawing, value, key)}
    end)
  end

  defp masked(drawing, items, key) when is_list(items),
    do: Enum.map(items, &masked(drawing, &1, key))

  defp masked(drawing, value, key) do
    if not drawing.c.show_values and is_binary(value) and of_a_row?(drawing.c, key, value),
      do: {:text, "(the #{key} of a row)"},
      else: value
  end

  defp secret_name(key), do: String.replace_suffix(key, "_confirmation", "")

  defp of_a_row?(c, key, value) do
    field = key && Enum.find(c.schema.__schema__(:fields), &(to_string(&1) == key))

    field != nil and field not in c.schema.__schema__(:primary_key) and
      c.schema.__schema__(:type, field) == :string and value in remembered_rows(c, field)
  end

  defp remembered_rows(c, field) do
    key = {__MODULE__, c.id, field}

    with nil <- Process.get(key) do
      found = known(c, c.schema, field)
      Process.put(key, found)
      found
    end
  end

  defp shown_row(%{c: %{kind: :create} = c}, _input) do
    if c.struct == %{}, do: nil, else: c.struct |> inspected(c)
  end

  defp shown_row(%{c: c}, %{base: base}) do
    keys =
      if Map.get(base, :synthetic),
        do: [],
        else: for({field, value} <- base.key, do: "#{field}: #{inspect(value)}")

    variation = if base.variation == %{}, do: [], else: [inspected(base.variation, c)]
    Enum.join(keys ++ variation, ", ")
  end

  defp inspected(values, c) do
    Enum.map_join(Enum.sort(values), ", ", fn {field, value} ->
      if MapSet.member?(c.secret, to_string(field)),
        do: "#{field}: ***",
        else: "#{field}: #{of_row(c, field, value)}"
    end)
  end

  defp of_row(c, field, value) do
    if not c.show_values and is_binary(value) and of_a_row?(c, to_string(field), value),
      do: "(that of a row)",
      else: clipped(inspect(value))
  end

  @doc false
  def term_text(params) when is_map(params) and not is_struct(params) do
    "%{" <>
      Enum.map_join(Enum.sort(params), ", ", fn {key, value} ->
        "#{inspect(key)} => #{term_text(value)}"
      end) <> "}"
  end

  def term_text({:text, text}), do: text

  def term_text(items) when is_list(items),
    do: "[" <> Enum.map_join(items, ", ", &term_text/1) <> "]"

  def term_text(text) when is_binary(text) do
    case String.graphemes(text) do
      [one | _] = all when length(all) > 20 ->
        if Enum.all?(all, &(&1 == one)),
          do: "String.duplicate(#{inspect(one)}, #{length(all)})",
          else: clipped(inspect(text, printable_limit: :infinity))

      _few ->
        inspect(text)
    end
  end

  def term_text(value), do: inspect(value)

  defp clipped(text) when is_binary(text) do
    if String.length(text) > 120,
      do: String.slice(text, 0, 100) <> "… (#{String.length(text)} characters)",
      else: text
  end

  defp clipped(other), do: clipped(inspect(other))

  # ---- cases for tests

  # One of each kind of answer for each field, and such at a bound.
  defp remembered(drawing, cases, input, legacy) do
    signature =
      case legacy do
        %{outcome: :error} -> Enum.map(legacy.errors, &{&1.path, &1.template}) |> Enum.sort()
        %{outcome: :ok} -> Enum.filter(drawing.keys, &Map.has_key?(input.params, &1))
        _raised -> nil
      end

    signature = signature && {signature, input[:bound]}

    cond do
      signature == nil -> cases
      List.keymember?(cases, signature, 0) -> cases
      length(cases) >= @cases -> cases
      true -> [{signature, input} | cases]
    end
  end

  # Their answers without a database: a test should need no row.
  defp cases(drawing, state) do
    c = %{drawing.c | unsteady: state.unsteady, checked_only: true}
    shrunk = for {_key, %{best: {input, _answers}}} <- Enum.sort(state.groups), do: input
    agreed = for {_signature, input} <- Enum.reverse(state.cases), do: input
    Inputs.seed(drawing.seed, {c.id, :cases}, 0)
    base = standing_in(c)

    for input <- Enum.uniq(agreed ++ shrunk),
        own?(c, input),
        case = recorded(c, drawing.mode, input, base),
        do: case
  end

  # In place of a row: made up, since values of rows don't belong into a file.
  defp standing_in(%{kind: :create}), do: %{key: %{}, variation: %{}, children: %{}}

  defp standing_in(c) do
    kept =
      for {field, value} <- Map.merge(made(c.schema), c.struct),
          [own] <- [Map.values(Sides.attributes(c, %{field => value}))],
          written_out(own) != nil,
          into: %{},
          do: {field, value}

    %{key: %{}, variation: kept, children: %{}, synthetic: true}
  end

  defp own?(c, input),
    do:
      not Enum.any?(input.params, fn {key, value} ->
        is_binary(value) and of_a_row?(c, key, value)
      end)

  defp structs?(value) when is_struct(value), do: true
  defp structs?(value) when is_map(value), do: value |> Map.values() |> structs?()
  defp structs?(value) when is_list(value), do: Enum.any?(value, &structs?/1)
  defp structs?(_value), do: false

  defp recorded(c, mode, input, base) do
    params = Inputs.sent(mode, input.params)
    legacy = Sides.legacy(c, params, base)
    again = Sides.legacy(c, params, base)

    cond do
      legacy.outcome == :raised or again.outcome != legacy.outcome or structs?(params) ->
        nil

      Enum.any?(legacy.errors, &(&1.kind == :unsafe_unique)) ->
        nil

      true ->
        %{
          mode: mode,
          params: params,
          row: if(c.kind == :update, do: written(c, base.variation)),
          struct: if(c.kind == :create and c.forced != %{}, do: written(c, c.forced)),
          arguments: if(c.private_arguments != %{}, do: written_out(c.private_arguments)),
          accepted: legacy.outcome == :ok,
          errors:
            for(
              error <- Enum.sort_by(legacy.errors, &{&1.path, &1.message}),
              do: [Sides.name(error), error.message]
            ),
          values: if(legacy.outcome == :ok, do: changed(c, legacy, again), else: [])
        }
    end
  end

  defp written(c, values) do
    pairs =
      for {name, value} <- Enum.sort(Sides.attributes(c, values)),
          text = written_out(value),
          do: "#{name}: #{text}"

    ("%{" <> Enum.join(pairs, ", ") <> "}") |> Code.format_string!(line_length: 86) |> to_string()
  end

  defp changed(c, legacy, again) do
    for {column, raw} <- Enum.sort(legacy.changed),
        column not in c.clock and column not in c.unsteady,
        raw == again.changed[column],
        name = c.attributes[column],
        {:ok, value} <- [AshScaffold.Verify.Values.load(c.resource, name, raw)],
        not Sides.now?(value),
        text = written_out(value),
        do: [to_string(name), text]
  end

  # A value as Elixir that means the same, nil where there is none.
  defp written_out(%{__struct__: Ash.CiString, string: text}),
    do: "Ash.CiString.new(#{inspect(text, printable_limit: :infinity)})"

  defp written_out(value) do
    text = inspect(value, limit: :infinity, printable_limit: :infinity, charlists: :as_lists)
    if not (text =~ ~r/#[A-Z]/) and match?({:ok, _quoted}, Code.string_to_quoted(text)), do: text
  end
end
