# The two sides of a behaviour: a changeset function of the legacy code and the action that was made
# of it, each asked within a transaction that is rolled back, and their answers in the same words.
#
# An answer has the outcome (:ok, :error, :raised), the errors by field, and what was, or would be,
# written. Fields are named as the legacy schema names them, nested ones by their path.

defmodule AshScaffold.Verify.Sides do
  alias AshScaffold.Verify.{Answer, Rows, Values}
  alias Ecto.Adapters.SQL.Sandbox

  @children_limit 200
  # Values of time that both sides take from the clock.
  @soon 300

  # ---- transactions

  @doc "Run a function on a connection whose transaction is rolled back, whatever happens."
  def rolled_back(c, fun) do
    for repo <- c.repos, do: Sandbox.checkout(repo, ownership_timeout: :infinity)

    try do
      unless c.dry, do: Enum.each(c.seeds, &safely(fn -> c.repo.insert!(&1) end))
      fun.()
    after
      for repo <- c.repos, do: Sandbox.checkin(repo)
    end
  end

  def safely(fun) do
    {:ok, fun.()}
  rescue
    error -> {:raised, Answer.kind(error)}
  catch
    kind, reason -> {:raised, Answer.kind({kind, reason})}
  end

  # ---- legacy

  def legacy(c, params, base) do
    rolled_back(c, fn ->
      vary(c, base)

      with {:ok, %{} = struct} <- safely(fn -> struct_of(c, base) end),
           {:ok, %Ecto.Changeset{} = changeset} <-
             safely(fn -> apply(c.module, c.function, arguments(c, struct, params)) end) do
        if(c.checked_only, do: checked(c, changeset), else: written(c, changeset))
        |> Map.put(:changeset, changeset)
      else
        {:raised, kind} -> raised(kind)
        {:ok, nil} -> raised("no row")
        {:ok, _other} -> raised("no changeset")
      end
    end)
  end

  defp raised(kind), do: %{outcome: :raised, error: kind, errors: []}

  defp arguments(c, struct, params) do
    for argument <- c.call do
      case argument do
        :struct -> struct
        :attributes -> params
        {:value, value} -> value
      end
    end
  end

  def struct_of(%{kind: :create} = c, _base), do: struct(c.schema, c.struct)

  def struct_of(c, %{synthetic: true} = base),
    do: c.schema |> struct(base.variation) |> Ecto.put_meta(state: :loaded) |> preloaded(c)

  def struct_of(c, base) do
    with %{} = found <- c.repo.get_by(c.schema, base.key, prefix: c.schema.__schema__(:prefix)) do
      found = if c.dry, do: struct(found, base.variation), else: found
      if c.preloads == [], do: found, else: c.repo.preload(found, c.preloads)
    end
  end

  # What isn't in the database has no associations.
  defp preloaded(struct, c) do
    Enum.reduce(c.preloads, struct, fn name, struct ->
      many? = match?(%{cardinality: :many}, c.schema.__schema__(:association, name))
      Map.put(struct, name, if(many?, do: [], else: nil))
    end)
  end

  # Rows as old code may have left them.
  defp vary(%{dry: false, kind: :update} = c, %{variation: %{} = variation} = base)
       when map_size(variation) > 0 do
    import Ecto.Query

    for {field, value} <- Enum.sort(variation) do
      safely(fn ->
        {c.schema.__schema__(:source), c.schema}
        |> from()
        |> where(^Map.to_list(base.key))
        |> c.repo.update_all([set: [{field, value}]], prefix: c.schema.__schema__(:prefix))
      end)
    end
  end

  defp vary(_c, _base), do: :ok

  defp checked(_c, %{valid?: false} = changeset),
    do: %{outcome: :error, errors: errors(changeset)}

  defp checked(c, changeset) do
    applied = Ecto.Changeset.apply_changes(changeset)

    changed =
      for {field, _value} <- changeset.changes,
          column = column(c.schema, field),
          do: {column, dumped(c.schema, field, Map.get(applied, field))}

    whole =
      for field <- c.schema.__schema__(:fields),
          do: {column(c.schema, field), dumped(c.schema, field, Map.get(applied, field))}

    %{outcome: :ok, errors: [], changed: Map.new(changed), whole: Map.new(whole)}
  end

  defp dumped(schema, field, value) do
    case Values.dump(schema, field, value) do
      {:ok, raw} -> raw
      _error -> {:not_dumped, value}
    end
  end

  def column(schema, field) do
    with source when source != nil <- schema.__schema__(:field_source, field),
         do: to_string(source)
  end

  defp written(c, changeset) do
    before = counts(c)
    write = if c.kind == :create, do: :insert, else: :update

    case safely(fn -> apply(c.repo, write, [changeset]) end) do
      {:ok, {:ok, struct}} ->
        keys =
          for field <- c.schema.__schema__(:primary_key),
              do: {column(c.schema, field), dumped(c.schema, field, Map.get(struct, field))}

        whole =
          for field <- c.schema.__schema__(:fields), into: %{} do
            {column(c.schema, field),
             Values.show(dumped(c.schema, field, Map.get(struct, field)))}
          end

        stored(c, keys, whole, before)

      {:ok, {:error, %Ecto.Changeset{} = changeset}} ->
        %{outcome: :error, errors: errors(changeset)}

      {:ok, _other} ->
        raised("another result")

      {:raised, kind} ->
        raised(kind)
    end
  end

  @doc "The errors of a changeset and of those in it."
  def errors(changeset, path \\ []) do
    own =
      for {field, {message, options}} <- changeset.errors,
          do: error(path ++ [to_string(field)], message, options)

    nested =
      for {field, type} <- Enum.sort(changeset.types),
          AshScaffold.Verify.Inputs.related(type) != nil,
          {child, at} <- children(Map.get(changeset.changes, field)),
          do: errors(child, path ++ [to_string(field) | at])

    own ++ List.flatten(nested)
  end

  defp children(%Ecto.Changeset{} = child), do: [{child, []}]

  defp children(children) when is_list(children) do
    children
    |> Enum.filter(&(match?(%Ecto.Changeset{}, &1) and &1.action not in [:replace, :delete]))
    |> Enum.with_index(fn child, index -> {child, [to_string(index)]} end)
  end

  defp children(_none), do: []

  defp error(path, template, options) do
    used = for {key, value} <- options, key == :count or template =~ "%{#{key}}", do: {key, value}
    used = used |> Enum.uniq_by(&elem(&1, 0)) |> Enum.sort()
    variables = for {key, value} <- used, do: {to_string(key), spoken(value)}
    kind = options[:validation] || options[:constraint]

    %{
      path: path,
      template: template,
      variables: variables,
      message: filled(template, variables),
      kind: kind
    }
  end

  defp filled(template, variables) do
    Enum.reduce(variables, template, fn {key, value}, text ->
      String.replace(text, "%{#{key}}", value)
    end)
  end

  defp spoken(value) do
    to_string(value)
  rescue
    _error -> inspect(value)
  end

  # ---- Ash

  def ash(c, params, base) do
    rolled_back(c, fn ->
      vary(c, base)

      case safely(fn -> changeset(c, renamed(c, params), base) end) do
        {:ok, %Ash.Changeset{} = changeset} ->
          if c.checked_only, do: checked_by_ash(c, changeset), else: written_by_ash(c, changeset)

        {:ok, nil} ->
          raised("no row")

        {:raised, kind} ->
          raised(kind)
      end
    end)
  end

  defp renamed(%{names: names}, params) when map_size(names) == 0, do: params

  defp renamed(c, params),
    do: Map.new(params, fn {key, value} -> {c.names[key] || key, value} end)

  defp changeset(%{kind: :create} = c, params, _base) do
    subject =
      if c.forced == %{},
        do: c.resource,
        else:
          c.resource
          |> Ash.Changeset.new()
          |> Ash.Changeset.force_change_attributes(attributes(c, c.forced))

    Ash.Changeset.for_create(subject, c.action.name, params, options(c))
  end

  defp changeset(c, params, base) do
    with %{} = record <- record(c, base),
         do: Ash.Changeset.for_update(record, c.action.name, params, options(c))
  end

  defp options(c),
    do: [authorize?: false, domain: c.domain, private_arguments: c.private_arguments]

  @doc "The record that a row is to Ash."
  def record(c, %{synthetic: true} = base) do
    c.resource |> struct(attributes(c, base.variation)) |> Ecto.put_meta(state: :loaded)
  end

  def record(c, base) do
    key = Map.new(base.key, fn {field, value} -> {attribute(c, field), value} end)

    record =
      case Ash.get(c.resource, key, authorize?: false, domain: c.domain, not_found_error?: false) do
        {:ok, record} -> record
        _error -> c.repo.get_by(c.resource, key)
      end

    if c.dry and record != nil, do: struct(record, attributes(c, base.variation)), else: record
  end

  # Values of the legacy struct, as the attributes of the same columns hold them.
  def attributes(c, values) do
    for {field, value} <- values,
        name = attribute(c, field),
        {:ok, raw} <- [Values.dump(c.schema, field, value)],
        {:ok, loaded} <- [Values.load(c.resource, name, raw)],
        into: %{},
        do: {name, loaded}
  end

  defp attribute(c, field), do: c.attributes[column(c.schema, field)]

  defp checked_by_ash(c, %{valid?: false} = changeset),
    do: %{outcome: :error, errors: named_back(c, ash_errors(changeset.errors))}

  defp checked_by_ash(c, changeset) do
    changed =
      for {name, value} <- changeset.attributes, column = columns(c)[name], into: %{} do
        {column, dumped(c.resource, name, value)}
      end

    whole =
      for {column, name} <- c.attributes, into: %{} do
        value = Map.get(changeset.attributes, name, Map.get(changeset.data, name))
        {column, dumped(c.resource, name, value)}
      end

    %{outcome: :ok, errors: [], changed: changed, whole: whole}
  end

  defp columns(c), do: Map.new(c.attributes, fn {column, name} -> {name, column} end)

  defp written_by_ash(c, changeset) do
    before = counts(c)
    options = [authorize?: false, return_notifications?: true]
    write = if c.kind == :create, do: :create, else: :update

    case safely(fn -> apply(Ash, write, [changeset, options]) end) do
      {:ok, done} when elem(done, 0) == :ok ->
        record = elem(done, 1)

        keys =
          for name <- Ash.Resource.Info.primary_key(c.resource),
              do: {columns(c)[name], dumped(c.resource, name, Map.get(record, name))}

        whole =
          for {column, name} <- c.attributes, into: %{} do
            {column, Values.show(dumped(c.resource, name, Map.get(record, name)))}
          end

        stored(c, keys, whole, before)

      {:ok, {:error, %{__struct__: Ash.Error.Invalid} = error}} ->
        %{outcome: :error, errors: named_back(c, ash_errors(error.errors))}

      {:ok, {:error, error}} ->
        raised(Answer.kind(inner(error)))

      {:raised, kind} ->
        raised(kind)
    end
  end

  defp inner(%{errors: [%{__exception__: true} = first | _]}), do: first
  defp inner(error), do: error

  defp ash_errors(errors), do: Enum.flat_map(errors, &ash_error/1)

  defp ash_error(%{__struct__: Ash.Error.Invalid, errors: errors}), do: ash_errors(errors)

  defp ash_error(%{__struct__: Ash.Error.Changes.Required} = error),
    do: [error(at(error, error.field), "is required", [])]

  defp ash_error(%{__struct__: Ash.Error.Query.Required} = error),
    do: [error(at(error, error.field), "is required", [])]

  defp ash_error(error) do
    fields =
      case {Map.get(error, :fields), Map.get(error, :field)} do
        {[_ | _] = fields, _field} -> fields
        {_none, nil} -> [nil]
        {_none, field} -> [field]
      end

    template = Map.get(error, :message)
    template = if is_binary(template), do: template, else: first_line(error)
    variables = for {key, value} <- Map.get(error, :vars) || [], is_atom(key), do: {key, value}
    for field <- fields, do: error(at(error, field), template, variables)
  end

  defp first_line(error) do
    error = if Map.has_key?(error, :bread_crumbs), do: %{error | bread_crumbs: []}, else: error
    error |> Exception.message() |> String.trim() |> String.split("\n") |> hd()
  end

  defp at(error, field) do
    path = for part <- Map.get(error, :path) || [], do: to_string(part)
    path ++ if(field == nil, do: [], else: [to_string(field)])
  end

  defp named_back(c, errors) do
    for error <- errors do
      case error.path do
        [first | rest] -> %{error | path: [c.back[first] || first | rest]}
        [] -> error
      end
    end
  end

  # ---- what was written

  @counts """
  select schemaname || '.' || relname, n_tup_ins, n_tup_upd, n_tup_del
  from pg_catalog.pg_stat_xact_user_tables where n_tup_ins + n_tup_upd + n_tup_del > 0
  """

  defp counts(c) do
    for [table | numbers] <- c.repo.query!(@counts).rows, into: %{}, do: {table, numbers}
  end

  # Without a primary key the row can't be asked for: what the data layer returned stands for it.
  defp stored(c, [], whole, before),
    do: %{outcome: :ok, errors: [], rows: %{c.table_name => [whole]}, writes: writes(c, before)}

  defp stored(c, keys, _whole, before) do
    {where, parameters} = where(keys)
    own = fn columns -> "select #{columns} from #{c.table} t where #{where}" end

    rows =
      for {name, sql} <- [{c.table_name, own.("to_jsonb(t) as j")} | children(c.schema, own, 2)] do
        {name, rows(c.repo, sql, parameters)}
      end

    %{
      outcome: :ok,
      errors: [],
      rows:
        Enum.group_by(rows, &elem(&1, 0), &elem(&1, 1))
        |> Map.new(fn {name, found} -> {name, Enum.concat(found)} end),
      writes: writes(c, before)
    }
  end

  # Other tables of which rows were written: how many. Those of an own row may be written with no
  # change of it.
  defp writes(c, before) do
    for {table, numbers} <- counts(c), into: %{} do
      earlier = Map.get(before, table, [0, 0, 0])
      [inserted, updated, deleted] = for {now, then} <- Enum.zip(numbers, earlier), do: now - then

      {table,
       if(table == c.full_name, do: [inserted, deleted], else: [inserted, updated, deleted])}
    end
    |> Map.reject(fn {_table, numbers} -> Enum.all?(numbers, &(&1 == 0)) end)
  end

  @doc "What the columns of the row to start from hold, as `values` of a difference show them."
  def before(%{kind: :create}, _base), do: %{}

  def before(c, base) do
    rolled_back(c, fn ->
      vary(c, base)
      struct = struct_of(c, base)

      keys =
        for field <- c.schema.__schema__(:primary_key),
            do: {column(c.schema, field), dumped(c.schema, field, Map.get(struct, field))}

      if c.checked_only or keys == [] do
        for field <- c.schema.__schema__(:fields), into: %{} do
          {column(c.schema, field), Values.show(dumped(c.schema, field, Map.get(struct, field)))}
        end
      else
        {where, parameters} = where(keys)
        sql = "select to_jsonb(t) as j from #{c.table} t where #{where}"
        c.repo |> rows(sql, parameters) |> List.first() || %{}
      end
    end)
  rescue
    _error -> %{}
  end

  defp where(keys) do
    text =
      keys
      |> Enum.with_index(1)
      |> Enum.map_join(" and ", fn {{column, _value}, n} ->
        "t.#{Rows.quote_name(column)} = $#{n}"
      end)

    {text, Enum.map(keys, &elem(&1, 1))}
  end

  defp rows(repo, sql, parameters) do
    sql = """
    select x.n, e.key, e.value from (select j, row_number() over () n from (#{sql}) r
    limit #{@children_limit}) x cross join lateral pg_catalog.jsonb_each_text(x.j) e
    """

    repo.query!(sql, parameters).rows
    |> Enum.group_by(&hd/1, fn [_n, key, value] -> {key, value} end)
    |> Enum.map(fn {_n, pairs} -> Map.new(pairs) end)
  end

  @doc "Tables of rows that belong to a row, each with the query for them, and of those two below."
  def children(_schema, _own, 0), do: []

  def children(schema, own, depth) do
    for name <- schema.__schema__(:associations),
        {table, key, owner, related} <- child(schema, schema.__schema__(:association, name)),
        table_name = "#{elem(table, 0) || "public"}.#{elem(table, 1)}",
        below = fn columns ->
          "select #{columns} from #{quoted(table)} t#{depth} where t#{depth}.#{Rows.quote_name(key)} in (#{own.(owner)})"
        end,
        found <- [
          {table_name, below.("to_jsonb(t#{depth}) as j")}
          | if(related, do: children(related, qualified(below, depth), depth - 1), else: [])
        ],
        do: found
  end

  defp qualified(below, depth), do: fn column -> below.("t#{depth}.#{unqualified(column)}") end

  defp unqualified("t." <> column), do: column
  defp unqualified(column), do: column

  defp child(schema, %Ecto.Association.Has{} = has) do
    owner = "t." <> Rows.quote_name(column(schema, has.owner_key))

    with key when key != nil <- column(has.related, has.related_key),
         do: [{table(has.related), key, owner, has.related}],
         else: (_none -> [])
  end

  defp child(schema, %Ecto.Association.ManyToMany{join_through: through} = many) do
    [{key, owner_key} | _] = many.join_keys
    owner = "t." <> Rows.quote_name(column(schema, owner_key))

    cond do
      is_binary(through) -> [{{nil, through}, to_string(key), owner, nil}]
      true -> [{table(through), column(through, key), owner, nil}]
    end
  end

  defp child(_schema, _association), do: []

  def table(schema), do: {schema.__schema__(:prefix), schema.__schema__(:source)}

  def quoted({nil, table}), do: Rows.quote_name(table)
  def quoted({schema, table}), do: Rows.quote_name(schema) <> "." <> Rows.quote_name(table)

  # ---- comparison

  @doc "How two answers differ: nil, or the class, the fields it is about, and what to show of it."
  def compare(c, legacy, ash) do
    case {legacy.outcome, ash.outcome} do
      {:raised, :raised} -> nil
      {:raised, _other} -> {"legacy_raises", [], []}
      {_other, :raised} -> {"raises", [], []}
      {:ok, :error} -> {"ash_stricter", fields(c, ash.errors), []}
      {:error, :ok} -> {"ash_looser", fields(c, legacy.errors), []}
      {:error, :error} -> errors_differ(c, legacy.errors, ash.errors)
      {:ok, :ok} -> values_differ(c, legacy, ash)
    end
  end

  defp fields(c, errors),
    do: c |> compared(errors) |> Enum.map(&name/1) |> Enum.uniq() |> Enum.sort()

  def name(error), do: Enum.join(error.path, ".")

  defp compared(c, errors), do: Enum.reject(errors, &(List.first(&1.path) in c.leave_out))

  defp errors_differ(c, legacy, ash) do
    legacy = compared(c, legacy)
    ash = compared(c, ash)

    Enum.find_value(
      [
        {"fields", &{&1.path}},
        {"messages", &{&1.path, &1.message}},
        {"templates", &{&1.path, &1.template, &1.variables}}
      ],
      fn {class, key} ->
        one = legacy |> Enum.map(key) |> Enum.sort()
        other = ash |> Enum.map(key) |> Enum.sort()

        if one != other do
          differing = (one -- other) ++ (other -- one)
          names = for each <- differing, do: Enum.join(elem(each, 0), ".")
          {class, names |> Enum.uniq() |> Enum.sort(), []}
        end
      end
    )
  end

  defp values_differ(%{checked_only: true} = c, legacy, ash) do
    columns = Map.keys(Map.merge(legacy.changed, ash.changed)) -- c.clock

    differing =
      for column <- Enum.sort(columns),
          Map.has_key?(ash.whole, column),
          field_of(c, column) not in c.leave_out,
          {one, other} <- [{legacy.whole[column], ash.whole[column]}],
          not Values.same?(one, other),
          not (column in c.unsteady and one != nil and other != nil),
          do: {column, Values.show(one), Values.show(other)}

    values(differing)
  end

  defp values_differ(c, legacy, ash) do
    tables = Enum.uniq(Map.keys(legacy.rows) ++ Map.keys(ash.rows))

    differing =
      for table <- Enum.sort(tables),
          found <- rows_differ(c, table, legacy.rows[table] || [], ash.rows[table] || []),
          do: found

    case {differing, legacy.writes == ash.writes} do
      {[], false} ->
        names = for {name, _} <- Map.to_list(legacy.writes) -- Map.to_list(ash.writes), do: name
        others = for {name, _} <- Map.to_list(ash.writes) -- Map.to_list(legacy.writes), do: name

        values(
          for name <- Enum.sort(Enum.uniq(names ++ others)),
              do: {name, counted(legacy.writes[name]), counted(ash.writes[name])}
        )

      {differing, _same} ->
        values(differing)
    end
  end

  defp counted(nil), do: "no row written"
  defp counted([inserted, deleted]), do: "#{inserted} inserted, #{deleted} deleted"

  defp counted([inserted, updated, deleted]),
    do: "#{inserted} inserted, #{updated} updated, #{deleted} deleted"

  defp values([]), do: nil
  defp values(differing), do: {"values", Enum.map(differing, &elem(&1, 0)), differing}

  defp field_of(c, column), do: Map.get(c.fields, column, column)

  # The row itself: column by column.
  defp rows_differ(%{table_name: table} = c, table, [one], [other]) do
    for column <- Enum.sort(Map.keys(one)),
        field_of(c, column) not in c.leave_out,
        {left, right} <- [{one[column], other[column]}],
        clock(left) != clock(right),
        not (c.kind == :create and column in c.keys),
        not (column in c.unsteady and left != nil and right != nil),
        do: {column, left || "nil", right || "nil"}
  end

  defp rows_differ(c, table, ones, others) do
    [one, other] =
      for rows <- [ones, others], do: rows |> Enum.map(&steady(c, table, &1)) |> Enum.sort()

    cond do
      one == other ->
        []

      length(one) == length(other) ->
        columns =
          for {left, right} <- Enum.zip(one -- other, other -- one),
              {column, value} <- left,
              right[column] != value,
              do: {"#{table}.#{column}", value || "nil", right[column] || "nil"}

        Enum.uniq_by(columns, &elem(&1, 0))

      true ->
        [{table, "#{length(one)} rows", "#{length(other)} rows"}]
    end
  end

  defp steady(c, table, row) do
    for {column, value} <- row, into: %{} do
      cond do
        "#{table}.#{column}" in c.unsteady -> {column, value && "?"}
        column in Map.get(c.new_keys, table, []) and value not in c.known_keys -> {column, "new"}
        true -> {column, clock(value)}
      end
    end
  end

  # "now" for a time that is now.
  defp clock(text) when is_binary(text) and byte_size(text) in 19..40 do
    text = String.replace(text, " ", "T")

    parsed =
      case DateTime.from_iso8601(text) do
        {:ok, time, _offset} -> time
        _none -> DateTime.from_iso8601(text <> "Z") |> elem(1)
      end

    if is_struct(parsed) and abs(DateTime.diff(parsed, DateTime.utc_now())) < @soon,
      do: "now",
      else: text
  end

  defp clock(other), do: other

  @doc "Whether a value is a time that is now."
  def now?(%{__struct__: module} = time) when module in [DateTime, NaiveDateTime],
    do: clock(module.to_iso8601(time)) == "now"

  def now?(_value), do: false

  @doc "Columns that the legacy side itself writes otherwise each time."
  def unsteady(c, one, other) do
    case values_differ(%{c | unsteady: []}, one, other) do
      {"values", columns, _shown} -> columns
      nil -> []
    end
  end
end
