# Violates constraints, each in a savepoint of a transaction that is rolled back, and looks what
# comes out. Only what the rows that are there allow is tried.

defmodule AshScaffold.Verify.Violations do
  alias AshScaffold.Verify.{Answer, Rows, Values, Writes}

  @candidates 60

  def run(source) do
    handler = {__MODULE__, source.repo}
    prefix = source.repo.config()[:telemetry_prefix] || [:repo]
    :telemetry.attach(handler, prefix ++ [:query], &__MODULE__.seen/4, nil)

    try do
      for constraint <- constraints(source),
          outcome = try_it(source, constraint),
          outcome != nil do
        Map.merge(%{kind: constraint.kind, constraint: constraint.name}, outcome)
      end
    after
      :telemetry.detach(handler)
    end
  end

  # PostgreSQL's own word for what was violated.
  def seen(_event, _measurements, %{result: {:error, %{postgres: %{constraint: name}}}}, _config) do
    Process.put({__MODULE__, :fired}, name)
  end

  def seen(_event, _measurements, _metadata, _config), do: :ok

  defp try_it(source, constraint) do
    case Rows.rolled_back(source.repo, [], fn -> {:outcome, violate(source, constraint)} end) do
      {:outcome, outcome} -> outcome
      {{:error, error}, _same} -> %{outcome: "not provoked", why: Answer.kind(error)}
    end
  end

  # ---- what there is

  defp constraints(source) do
    [%{kind: "copy", name: "a copy of the row"}] ++
      uniques(source) ++ checks(source) ++ foreign_keys(source) ++ pointing(source)
  end

  defp uniques(source) do
    sql = """
    select i.relname::text, x.indisexclusion, pg_catalog.pg_get_expr(x.indpred, x.indrelid),
      array(select distinct a.attname::text from pg_catalog.pg_depend d
        join pg_catalog.pg_attribute a on a.attrelid = x.indrelid and a.attnum = d.refobjsubid
        where d.refobjid = x.indrelid and d.refobjsubid > 0
          and (d.objid = x.indexrelid or d.objid = k.oid))
    from pg_catalog.pg_index x
    join pg_catalog.pg_class i on i.oid = x.indexrelid
    left join pg_catalog.pg_constraint k on k.conindid = x.indexrelid
      and k.conrelid = x.indrelid and k.contype in ('u', 'x')
    where x.indrelid = pg_catalog.to_regclass($1) and (x.indisunique or x.indisexclusion)
      and not x.indisprimary and x.indisvalid and not coalesce(k.condeferred, false)
    order by 1
    """

    for [name, exclusion?, predicate, columns] <- rows(source, sql) do
      kind = if exclusion?, do: "exclusion", else: "unique"
      %{kind: kind, name: name, columns: columns, predicate: predicate}
    end
  end

  defp checks(source) do
    sql = """
    select conname::text, pg_catalog.pg_get_expr(conbin, conrelid),
      array(select attname::text from pg_catalog.pg_attribute
        where attrelid = conrelid and attnum = any(conkey) order by attnum)
    from pg_catalog.pg_constraint
    where conrelid = pg_catalog.to_regclass($1) and contype = 'c' and convalidated order by 1
    """

    for [name, expression, columns] <- rows(source, sql) do
      %{kind: "check", name: name, columns: columns, expression: expression}
    end
  end

  @pairs """
    array(select attname::text from unnest(conkey) with ordinality u(n, o)
      join pg_catalog.pg_attribute on attrelid = conrelid and attnum = n order by o),
    array(select attname::text from unnest(confkey) with ordinality u(n, o)
      join pg_catalog.pg_attribute on attrelid = confrelid and attnum = n order by o)
  """

  defp foreign_keys(source) do
    sql = """
    select conname::text, confrelid::regclass::text, #{@pairs} from pg_catalog.pg_constraint
    where conrelid = pg_catalog.to_regclass($1) and contype = 'f' and conparentid = 0
      and not condeferred and convalidated order by 1
    """

    for [name, target, columns, theirs] <- rows(source, sql) do
      %{kind: "foreign key", name: name, target: target, columns: columns, theirs: theirs}
    end
  end

  defp pointing(source) do
    sql = """
    select conname::text, conrelid::regclass::text, #{@pairs} from pg_catalog.pg_constraint
    where confrelid = pg_catalog.to_regclass($1) and contype = 'f' and conparentid = 0
      and not condeferred and confdeltype in ('a', 'r') order by 1
    """

    for [name, child, columns, theirs] <- rows(source, sql) do
      %{kind: "delete", name: name, child: child, columns: columns, theirs: theirs}
    end
  end

  defp rows(source, sql), do: source.repo.query!(sql, [source.table]).rows

  # ---- how it is violated

  defp violate(source, %{kind: "copy"}) do
    case records(source, "", 1) do
      [{record, _key}] ->
        attempt(fn -> Writes.create(source, copied(source, record)) end)

      [] ->
        nil
    end
  end

  defp violate(source, %{kind: kind} = unique) when kind in ["unique", "exclusion"] do
    attributes = attributes(source, unique.columns)
    conditions = for column <- unique.columns, do: "t.#{Rows.quote_name(column)} is not null"
    conditions = if unique.predicate, do: ["(#{unique.predicate})"], else: conditions
    conditions = conditions ++ of_one_tenant(source, attributes || [])
    where = if conditions == [], do: "", else: " where " <> Enum.join(conditions, " and ")

    case attributes && records(source, where, 2) do
      [{one, _}, {other, _}] ->
        attempt(fn ->
          values = for %{name: name} <- attributes, name != source.of_tenant, do: name
          Writes.update(source, other, Map.new(values, &{&1, Map.get(one, &1)}))
        end)

      _fewer ->
        nil
    end
  end

  defp violate(source, %{kind: "foreign key"} = key) do
    with [_ | _] = attributes <- attributes(source, key.columns),
         [{record, _}] <- records(source, "", 1),
         {:ok, values} <- absent(source, key, attributes) do
      attempt(fn -> with_values(source, record, values) end)
    else
      _none -> nil
    end
  end

  defp violate(source, %{kind: "check"} = check) do
    with [_ | _] = attributes <- attributes(source, check.columns),
         [{record, key}] <- records(source, "", 1) do
      source
      |> candidates(attributes, check.expression)
      |> Enum.find_value(fn {attribute, value} ->
        violating(source, check, record, key, attribute, value)
      end)
    else
      _none -> nil
    end
  end

  defp violate(source, %{kind: "delete"} = key) do
    pairs =
      for {own, theirs} <- Enum.zip(key.columns, key.theirs),
          do: "c.#{Rows.quote_name(own)} = t.#{Rows.quote_name(theirs)}"

    # A row that only points at itself can be deleted.
    where =
      " where exists (select from #{key.child} c where #{Enum.join(pairs, " and ")} and (c.tableoid, c.ctid) <> (t.tableoid, t.ctid))"

    case records(source, where, 1) do
      [{record, _}] -> attempt(fn -> Writes.destroy(source, record) end)
      [] -> nil
    end
  end

  # No action moves a row to another tenant: a tenant that is not there is one of a create.
  defp with_values(source, record, values) do
    if Map.has_key?(values, source.of_tenant),
      do: Writes.create(source, Map.merge(copied(source, record), values)),
      else: Writes.update(source, record, values)
  end

  defp copied(source, record) do
    for %{writable: true, name: name} <- source.attributes,
        into: %{},
        do: {name, Map.get(record, name)}
  end

  # Two rows of which one could be made the other's double: of the same tenant.
  defp of_one_tenant(source, attributes) do
    case Enum.find(attributes, &(&1.name == source.of_tenant)) do
      nil ->
        []

      %{column: column} ->
        column = Rows.quote_name(column)

        [
          "t.#{column} = (select #{column} from #{source.table} group by 1 having count(*) > 1 order by 1 limit 1)"
        ]
    end
  end

  defp attempt(fun) do
    Process.delete({__MODULE__, :fired})
    outcome = fun.()
    fired = Process.get({__MODULE__, :fired})

    case {outcome, fired} do
      {:ok, _none} -> %{outcome: "not provoked", why: "nothing refused it"}
      {{:error, %{__struct__: Ash.Error.Invalid}}, nil} -> %{outcome: "refused"}
      {{:error, %{__struct__: Ash.Error.Invalid}}, name} -> %{outcome: "invalid", fired: name}
      {{:error, error}, nil} -> %{outcome: "not provoked", why: Answer.kind(error)}
      {{:error, error}, name} -> %{outcome: "escaped", fired: name, error: Answer.kind(error)}
    end
  end

  # ---- values

  defp attributes(source, columns) do
    found =
      for column <- columns,
          attribute = Enum.find(source.attributes, &(&1.column == column and &1.writable)),
          do: attribute

    if length(found) == length(columns), do: found
  end

  # The first records whose rows fit, with their keys.
  defp records(source, where, limit) do
    keys = Enum.join(Rows.columns_of(source.keys), ", ")

    %{rows: found} =
      source.repo.query!(
        "select #{keys} from #{source.table} t#{where} order by #{keys} limit #{limit}"
      )

    for key <- found,
        {:ok, [record]} <- [
          Rows.read(source, source.attributes, %{at: {:equal, key}, offset: 0, limit: 1})
        ] do
      {record, key}
    end
  end

  # A value that no row of the target has, of the first column that is not the tenant's alone.
  defp absent(source, key, attributes) do
    {attribute, column, theirs} =
      [attributes, key.columns, key.theirs]
      |> Enum.zip()
      |> Enum.min_by(fn {attribute, _column, _theirs} -> attribute.name == source.of_tenant end)

    type = column_type(source, column)

    Enum.find_value(values(type), :error, fn text ->
      sql =
        "select #{text}::#{type}, exists (select from #{key.target} where #{Rows.quote_name(theirs)} = #{text}::#{type})"

      with {:ok, %{rows: [[raw, false]]}} <-
             in_savepoint(source, fn -> source.repo.query(sql) end),
           {:ok, value} <- Values.load(source.resource, attribute.name, raw) do
        {:ok, %{attribute.name => value}}
      else
        _other -> nil
      end
    end)
  end

  defp column_type(source, column) do
    sql = """
    select pg_catalog.format_type(atttypid, atttypmod) from pg_catalog.pg_attribute
    where attrelid = pg_catalog.to_regclass($1) and attname = $2
    """

    source.repo.query!(sql, [source.table, column]).rows |> hd() |> hd()
  end

  defp values(type) do
    cond do
      type in ["smallint", "integer", "bigint", "oid"] or String.starts_with?(type, "numeric") ->
        ~w('32001' '31999' '2147000001' '2146999999' '99')

      type == "uuid" ->
        ["'00000000-0000-4000-8000-0000000000a5'"]

      type =~ ~r/^(date|timestamp)/ ->
        ["'1903-03-03'"]

      type =~ ~r/^(text|character|citext)/ ->
        ["'zz no'", "'~~'", "'~'"]

      true ->
        []
    end
  end

  # Values at the edge of what the expression says, and some that few expressions allow.
  defp candidates(source, attributes, expression) do
    numbers =
      for [number] <- Regex.scan(~r/(?<![\w'])\d+(?:\.\d+)?/, expression),
          {value, _} = Float.parse(number),
          near <- [value - 1, value, value + 1],
          do: "'#{plain(near)}'"

    texts = for [_, text] <- Regex.scan(~r/'((?:[^']|'')*)'::/, expression), do: "'#{text}x'"

    general = [
      "'-1'",
      "'0'",
      "'-1000'",
      "'32000'",
      "''",
      "' '",
      "'zzz'",
      "'ZZ Z'",
      "repeat('x', 300)",
      "'0001-01-01'",
      "'9999-12-31'",
      "true",
      "false",
      "'empty'",
      "'{}'",
      "'[]'",
      "'1'"
    ]

    all =
      for attribute <- attributes,
          value <- Enum.uniq(numbers ++ texts ++ general),
          do: {attribute, value}

    Enum.take(all, @candidates)
    |> Enum.map(fn {attribute, value} ->
      {Map.put(attribute, :type, column_type(source, attribute.column)), value}
    end)
  end

  defp plain(float), do: if(float == trunc(float), do: trunc(float), else: float)

  defp violating(source, check, record, key, attribute, value) do
    cast = "#{value}::#{attribute.type}"
    {where, parameters} = Rows.where(Rows.columns_of(source.keys), %{at: {:equal, key}})

    others =
      for %{column: column} <- source.attributes,
          column != attribute.column,
          do: "t.#{Rows.quote_name(column)}"

    list = Enum.join(others ++ ["#{cast} as #{Rows.quote_name(attribute.column)}"], ", ")

    sql =
      "select #{cast}, (#{check.expression}) is false from (select #{list} from #{source.table} t#{where}) x"

    with {:ok, %{rows: [[raw, true]]}} <-
           in_savepoint(source, fn -> source.repo.query(sql, parameters) end),
         {:ok, loaded} <- Values.load(source.resource, attribute.name, raw),
         %{outcome: outcome} = found when outcome != "not provoked" <-
           in_savepoint(source, fn ->
             attempt(fn -> Writes.update(source, record, %{attribute.name => loaded}) end)
           end) do
      found
    else
      _other -> nil
    end
  end

  defp in_savepoint(source, fun) do
    source.repo.query!("savepoint ash_scaffold_try")
    result = fun.()
    source.repo.query!("rollback to savepoint ash_scaffold_try")
    result
  end
end
