# Reads rows through the data layer, and beside it as PostgreSQL returns them, in one snapshot.

defmodule AshScaffold.Verify.Rows do
  require Ecto.Query
  alias Ash.Resource.Info
  alias AshScaffold.Verify.{Answer, Connect, Values}

  @page 500
  @keys_shown 3
  @read_only ["set transaction isolation level repeatable read, read only"]
  # Without a key both sides have to meet the rows in the same order.
  @steady [
    "set local synchronize_seqscans = off",
    "set local max_parallel_workers_per_gather = 0"
  ]

  def run(domain, resource, request) do
    base = %{
      event: "rows",
      module: inspect(resource),
      read: 0,
      values: 0,
      failures: [],
      listed: [],
      note: nil
    }

    case source(domain, resource, request) do
      :no_tenant -> %{base | note: "each tenant has a schema, and no tenant was named"}
      nil -> %{base | note: "there is no such relation"}
      %{attributes: []} -> %{base | note: "no attribute has a column"}
      source -> Map.merge(base, pages(source, request.rows, nil, started()))
    end
  rescue
    error -> failed(resource, error)
  catch
    kind, _reason -> failed(resource, {kind, nil})
  end

  defp failed(resource, error) do
    %{
      event: "rows",
      module: inspect(resource),
      read: 0,
      values: 0,
      failures: [],
      listed: [],
      note: "reading stopped with " <> Answer.kind(error)
    }
  end

  @doc "What is needed to read a resource's table; nil when there is none."
  def source(domain, resource, request) do
    strategy = Info.multitenancy_strategy(resource)

    if strategy == :context and request.tenant == nil,
      do: :no_tenant,
      else: source(domain, resource, request, strategy)
  end

  # With a schema for each tenant it is that of the tenant, in SQL as through Ash.
  defp source(domain, resource, request, strategy) do
    repo = Connect.repo(resource)
    table = {schema, name} = Connect.table(resource)
    tenant = if strategy == :context, do: request.tenant
    quoted = quote_name(tenant || schema) <> "." <> quote_name(name)
    of_tenant = if strategy == :attribute, do: Info.multitenancy_attribute(resource)

    case columns(repo, quoted) do
      [] ->
        nil

      columns ->
        attributes =
          for attribute <- Info.attributes(resource),
              column = to_string(attribute.source || attribute.name),
              column in columns,
              do: %{
                name: attribute.name,
                column: column,
                delegate: Values.delegate(attribute.type),
                sensitive: attribute.sensitive?,
                # Ash writes that of the tenant, whoever else may.
                writable: attribute.writable? or attribute.name == of_tenant
              }

        key = Info.primary_key(resource)

        keys =
          for name <- key, attribute = Enum.find(attributes, &(&1.name == name)), do: attribute

        %{
          domain: domain,
          resource: resource,
          repo: repo,
          table: quoted,
          tenant: tenant,
          of_tenant: of_tenant,
          attributes: attributes,
          keys: if(length(keys) == length(key), do: keys, else: []),
          risks: for({^table, column, predicate} <- request.risks, do: {column, predicate}),
          show: request.show_values
        }
    end
  end

  defp columns(repo, quoted) do
    sql = """
    select attname::text from pg_catalog.pg_attribute
    where attrelid = pg_catalog.to_regclass($1) and attnum > 0 and not attisdropped
    """

    List.flatten(repo.query!(sql, [quoted]).rows)
  end

  defp started, do: %{read: 0, values: 0, failures: %{}, listed: %{}}

  # One transaction a page: an error in it ends it, and a long table holds back no vacuum.
  defp pages(source, left, window, state) do
    limit = if left == :all, do: @page, else: min(left, @page)
    window = Map.put(window || %{at: :start, offset: 0}, :limit, limit)

    {state, rows} =
      case both(source, source.attributes, window) do
        {{:ok, rows}, {:ok, records}} ->
          {compare(state, source, source.attributes, rows, records), rows}

        {_raw, {:ok, []}} ->
          {state, []}

        _failed ->
          column_by_column(state, source, window)
      end

    read = length(rows)
    state = %{state | read: state.read + read}
    left = if left == :all, do: :all, else: left - read

    cond do
      read < limit or left == 0 -> finished(state, source)
      source.keys == [] -> pages(source, left, %{at: :start, offset: window.offset + read}, state)
      true -> pages(source, left, %{at: {:after, List.last(rows).key}, offset: 0}, state)
    end
  end

  defp finished(state, source) do
    %{
      read: state.read,
      values: state.values,
      failures:
        for(
          {{kind, column}, found} <- Enum.sort(state.failures),
          do: Map.merge(found, %{kind: kind, column: column})
        ),
      listed: for({column, count} <- Enum.sort(state.listed), do: [column, count]),
      note: if(source.keys == [], do: "no primary key: rows are paired as they come", else: nil)
    }
  end

  defp both(source, attributes, window) do
    in_snapshot(source.repo, fn ->
      {raw(source, attributes, window), read(source, attributes, window)}
    end)
  end

  @doc "Run a function in a read-only transaction that is rolled back."
  def in_snapshot(repo, fun), do: rolled_back(repo, @read_only ++ @steady, fun)

  @doc "Run a function in a transaction that is always rolled back, after the given statements."
  def rolled_back(repo, statements, fun) do
    outcome =
      repo.transaction(
        fn ->
          for statement <- statements, do: repo.query!(statement, [])
          repo.rollback({:done, safe(fun)})
        end,
        timeout: :infinity
      )

    case outcome do
      {:error, {:done, {:value, value}}} -> value
      {:error, {:done, {:raised, error}}} -> {{:error, error}, {:error, error}}
      {:error, error} -> {{:error, error}, {:error, error}}
    end
  end

  defp safe(fun) do
    {:value, fun.()}
  rescue
    error -> {:raised, error}
  catch
    _kind, reason -> {:raised, reason}
  end

  @doc "Rows as Postgrex gives them, with the key as text and which columns hold a listed value."
  def raw(source, attributes, window) do
    columns = columns_of(attributes)
    keys = columns_of(source.keys)

    risks =
      Enum.filter(source.risks, fn {column, _} ->
        Enum.any?(attributes, &(&1.column == column))
      end)

    flags = for {_column, predicate} <- risks, do: "coalesce(#{predicate}, false)"
    texts = for key <- keys, do: "#{key}::text"
    {where, parameters} = where(keys, window)
    order = if keys == [], do: "", else: " order by " <> Enum.join(keys, ", ")

    sql =
      "select #{Enum.join(columns ++ keys ++ texts ++ flags, ", ")} from #{source.table} t#{where}#{order}" <>
        " limit #{window.limit} offset #{window.offset}"

    case source.repo.query(sql, parameters, timeout: :infinity) do
      {:ok, %{rows: rows}} ->
        {:ok, Enum.map(rows, &row(&1, length(columns), length(keys), risks))}

      error ->
        error
    end
  rescue
    error -> {:error, error}
  end

  defp row(row, columns, keys, risks) do
    {values, rest} = Enum.split(row, columns)
    {key, rest} = Enum.split(rest, keys)
    {texts, flags} = Enum.split(rest, keys)
    risky = for {{column, _predicate}, true} <- Enum.zip(risks, flags), do: column
    %{values: values, key: key, texts: texts, risky: risky}
  end

  @doc "The condition on the keys, which are columns as SQL writes them, and its parameters."
  def where(_keys, %{at: :start}), do: {"", []}

  def where(keys, %{at: {how, key}}) do
    marks = for number <- 1..length(keys), do: "$#{number}"
    operator = if how == :after, do: ">", else: "="
    {" where (#{Enum.join(keys, ", ")}) #{operator} (#{Enum.join(marks, ", ")})", key}
  end

  @doc "Rows as the data layer loads them: no action, so no policy, preparation or filter of its own."
  def read(source, attributes, window) do
    query =
      source.resource
      |> Ash.DataLayer.resource_to_query(source.domain)
      |> then(fn query -> Ash.DataLayer.set_context(source.resource, query, %{}) end)
      |> then(fn {:ok, query} -> of_tenant(source, query) end)
      |> then(fn {:ok, query} ->
        Ash.DataLayer.select(query, Enum.map(attributes, & &1.name), source.resource)
      end)
      |> then(fn {:ok, query} -> Ash.DataLayer.return_query(query, source.resource) end)
      |> then(fn {:ok, query} -> query end)
      |> window(Enum.map(source.keys, & &1.name), window)

    case Ash.DataLayer.run_query(query, source.resource) do
      {:ok, records} -> {:ok, records}
      {:error, error} -> {:error, error}
      {:error, :no_rollback, error} -> {:error, error}
    end
  rescue
    error -> {:error, error}
  end

  defp of_tenant(%{tenant: nil}, query), do: {:ok, query}

  defp of_tenant(source, query),
    do: Ash.DataLayer.set_tenant(source.resource, query, source.tenant)

  defp window(query, keys, window) do
    query
    |> Ecto.Query.order_by(^for(key <- keys, do: {:asc, key}))
    |> Ecto.Query.limit(^window.limit)
    |> Ecto.Query.offset(^window.offset)
    |> at(keys, window.at)
  end

  defp at(query, _keys, :start), do: query

  # The values are Postgrex' own: PostgreSQL infers their types from the columns.
  defp at(query, keys, {:equal, key}) do
    Enum.zip(keys, key)
    |> Enum.reduce(query, fn {name, value}, query ->
      Ecto.Query.where(query, [row], fragment("? = ?", field(row, ^name), ^value))
    end)
  end

  defp at(query, keys, {:after, key}), do: Ecto.Query.where(query, ^beyond(Enum.zip(keys, key)))

  defp beyond([{name, value}]) do
    Ecto.Query.dynamic([row], fragment("? > ?", field(row, ^name), ^value))
  end

  defp beyond([{name, value} | rest]) do
    deeper = beyond(rest)

    Ecto.Query.dynamic(
      [row],
      fragment("? > ?", field(row, ^name), ^value) or
        (fragment("? = ?", field(row, ^name), ^value) and ^deeper)
    )
  end

  # The page can't be read as a whole: each attribute for itself, and where one fails, each row.
  defp column_by_column(state, source, window) do
    case in_snapshot(source.repo, fn -> {raw(source, source.keys, window), nil} end) do
      {{:ok, rows}, _} ->
        state = Enum.reduce(source.attributes, state, &one_column(&2, source, &1, window, rows))
        {state, rows}

      _failed ->
        {failure(state, "load", nil, %{texts: [], risky: []}, nil, nil, source), []}
    end
  end

  defp one_column(state, source, attribute, window, rows) do
    case both(source, [attribute], window) do
      {{:ok, rows}, {:ok, records}} -> compare(state, source, [attribute], rows, records)
      _failed -> row_by_row(state, source, attribute, window, rows)
    end
  end

  defp row_by_row(state, source, attribute, window, rows) do
    rows
    |> Enum.with_index(window.offset)
    |> Enum.reduce(state, fn {row, index}, state ->
      own =
        if source.keys == [],
          do: %{at: :start, offset: index, limit: 1},
          else: %{at: {:equal, row.key}, offset: 0, limit: 1}

      case both(source, [attribute], own) do
        {{:ok, [_] = rows}, {:ok, [_] = records}} ->
          compare(state, source, [attribute], rows, records)

        {{:ok, [%{values: [raw]}]}, _failed} ->
          failure(
            state,
            load_failure(attribute, raw),
            attribute,
            flagged(source, attribute, own, row),
            nil,
            nil,
            source
          )

        _failed ->
          failure(
            state,
            "load",
            attribute,
            flagged(source, attribute, own, row),
            nil,
            nil,
            source
          )
      end
    end)
  end

  defp load_failure(%{delegate: nil}, _raw), do: "load"

  defp load_failure(%{delegate: delegate}, raw) do
    if match?({:ok, _value}, Values.load_by_ecto(delegate, raw)), do: "load", else: "ecto"
  end

  # Whether the row holds a listed value there, asked without the value itself.
  defp flagged(source, attribute, window, row) do
    risks = Enum.filter(source.risks, fn {column, _} -> column == attribute.column end)
    source = %{source | risks: risks}

    flags =
      in_snapshot(source.repo, fn ->
        keys = columns_of(source.keys)
        {where, parameters} = where(keys, window)
        flags = for {_column, predicate} <- risks, do: "coalesce(#{predicate}, false)"

        sql =
          "select #{Enum.join(["false" | flags], ", ")} from #{source.table} t#{where} limit 1 offset #{window.offset}"

        {source.repo.query(sql, parameters), nil}
      end)

    case flags do
      {{:ok, %{rows: [flags]}}, _} ->
        if true in flags, do: %{row | risky: [attribute.column]}, else: row

      _other ->
        row
    end
  end

  defp compare(state, source, _attributes, rows, records) when length(rows) != length(records) do
    failure(state, "rows", nil, %{texts: [], risky: []}, nil, nil, source)
  end

  defp compare(state, source, attributes, rows, records) do
    state = %{state | values: state.values + length(rows) * length(attributes)}

    for {row, record} <- Enum.zip(paired(source, attributes, rows, records), records),
        {attribute, value} <- Enum.zip(attributes, row.values),
        reduce: state do
      state -> value(state, source, attribute, row, value, Map.get(record, attribute.name))
    end
  end

  # Without a key the order is PostgreSQL's own, the same for both: nothing to pair.
  defp paired(_source, _attributes, rows, _records), do: rows

  # What is stored may be another each time, so that what is loaded counts.
  defp value(state, source, %{delegate: delegate} = attribute, row, raw, loaded)
       when delegate != nil do
    case Values.load_by_ecto(delegate, raw) do
      {:ok, value} ->
        if Values.equal_by_ecto?(delegate, value, loaded),
          do: state,
          else: failure(state, "delegate", attribute, row, value, loaded, source)

      _error ->
        failure(state, "delegate", attribute, row, raw, loaded, source)
    end
  end

  defp value(state, source, attribute, row, raw, loaded) do
    case Values.dump(source.resource, attribute.name, loaded) do
      {:ok, dumped} ->
        if Values.same?(raw, dumped),
          do: state,
          else: failure(state, "differs", attribute, row, raw, loaded, source)

      _error ->
        failure(state, "dump", attribute, row, raw, loaded, source)
    end
  end

  defp failure(state, kind, attribute, row, raw, loaded, source) do
    column = attribute && attribute.column

    if column != nil and column in row.risky do
      %{state | listed: Map.update(state.listed, column, 1, &(&1 + 1))}
    else
      new = Map.merge(%{count: 0, keys: []}, shown(source, attribute, raw, loaded))
      key = if Enum.any?(source.keys, & &1.sensitive), do: nil, else: row.texts

      found =
        state.failures
        |> Map.get({kind, column}, new)
        |> Map.update!(:count, &(&1 + 1))
        |> Map.update!(:keys, fn keys ->
          if key in [nil, []] or length(keys) >= @keys_shown, do: keys, else: keys ++ [key]
        end)

      %{state | failures: Map.put(state.failures, {kind, column}, found)}
    end
  end

  defp shown(%{show: true}, %{sensitive: false}, raw, loaded) when raw != nil or loaded != nil do
    %{database_value: Values.show(raw), ash_value: Values.show(loaded)}
  end

  defp shown(_source, _attribute, _raw, _loaded), do: %{}

  @doc "Columns of the alias `t`: without it, a name could mean a column of the result."
  def columns_of(attributes),
    do: for(attribute <- attributes, do: "t." <> quote_name(attribute.column))

  def quote_name(name), do: ~s(") <> String.replace(to_string(name), ~s("), ~s("")) <> ~s(")
end
