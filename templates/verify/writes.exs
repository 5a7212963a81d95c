# Writes rows back as they were read. Every transaction is rolled back.

defmodule AshScaffold.Verify.Writes do
  alias AshScaffold.Verify.{Answer, Rows, Values, Violations}

  @page 500
  @keys_shown 3
  # Triggers would change rows by themselves, and foreign keys are not what is tried here.
  @quiet ["set local session_replication_role = replica"]

  def run(domain, resource, request) do
    base = %{
      event: "writes",
      module: inspect(resource),
      written: 0,
      failures: [],
      provoked: [],
      note: nil
    }

    source = Rows.source(domain, resource, request)

    cond do
      source in [nil, :no_tenant] ->
        base

      not updatable?(source) ->
        base

      source.keys == [] ->
        %{base | note: "without a primary key nothing was written"}

      true ->
        base
        |> Map.merge(write_back(source, request))
        |> Map.put(:provoked, Violations.run(source))
    end
  rescue
    error -> failed(resource, error)
  catch
    kind, _reason -> failed(resource, {kind, nil})
  end

  defp failed(resource, error) do
    %{
      event: "writes",
      module: inspect(resource),
      written: 0,
      failures: [],
      provoked: [],
      note: "writing stopped with " <> Answer.kind(error)
    }
  end

  defp updatable?(source) do
    sql = """
    select relkind in ('r', 'p') and pg_catalog.pg_relation_is_updatable(oid, false) & 28 = 28
    from pg_catalog.pg_class where oid = pg_catalog.to_regclass($1)
    """

    source.repo.query!(sql, [source.table]).rows == [[true]]
  end

  defp write_back(source, request) do
    %{rows: [[superuser]]} =
      source.repo.query!("select pg_catalog.current_setting('is_superuser') = 'on'")

    writable = Enum.filter(source.attributes, & &1.writable)

    if writable == [] do
      %{note: "no attribute is writable"}
    else
      state = %{
        written: 0,
        failures: %{},
        quiet: if(superuser, do: @quiet, else: []),
        columns: columns(source, writable, superuser)
      }

      state = pages(source, writable, request.rows, %{at: :start, offset: 0}, state)

      %{
        written: state.written,
        failures:
          for(
            {{column, error}, found} <- Enum.sort(state.failures),
            do: Map.merge(found, %{column: column, error: error})
          )
      }
    end
  end

  # Where triggers can't be kept still they may change any column but those that were written.
  defp columns(source, _writable, true) do
    sql = """
    select attname::text, atttypid = 'pg_catalog.json'::regtype from pg_catalog.pg_attribute
    where attrelid = pg_catalog.to_regclass($1) and attnum > 0 and not attisdropped order by attnum
    """

    source.repo.query!(sql, [source.table]).rows
  end

  defp columns(source, writable, false) do
    names = Enum.map(writable, & &1.column)
    for [name, json?] <- columns(source, writable, true), name in names, do: [name, json?]
  end

  defp pages(source, writable, left, window, state) do
    limit = if left == :all, do: @page, else: min(left, @page)
    window = Map.put(window, :limit, limit)

    {rows, state} =
      case Rows.rolled_back(source.repo, state.quiet, fn ->
             page(source, writable, window, state)
           end) do
        {:page, rows, state} -> {rows, state}
        _failed -> {[], state}
      end

    read = length(rows)
    left = if left == :all, do: :all, else: left - read

    if read < limit or left == 0,
      do: state,
      else: pages(source, writable, left, %{at: {:after, List.last(rows).key}, offset: 0}, state)
  end

  defp page(source, writable, window, state) do
    {:ok, rows} = Rows.raw(source, source.keys, window)
    state = Enum.reduce(rows, state, fn row, state -> one(source, writable, row, state) end)
    {:page, rows, state}
  end

  defp one(source, writable, row, state) do
    window = %{at: {:equal, row.key}, offset: 0, limit: 1}
    source.repo.query!("savepoint ash_scaffold")

    {outcome, before} =
      case Rows.read(source, source.attributes, window) do
        {:ok, [record]} ->
          before = texts(source, state.columns, window)

          kept = writable -- unsteady(source, writable, record, window)
          {update(source, record, Map.new(kept, &{&1.name, Map.get(record, &1.name)})), before}

        # A row that can't be read is told where rows are read.
        _unreadable ->
          {:unreadable, nil}
      end

    state =
      case outcome do
        :ok -> changed(state, source, row, before, texts(source, state.columns, window))
        {:error, error} -> failure(state, source, row, nil, Answer.kind(error))
        :unreadable -> state
      end

    source.repo.query!("rollback to savepoint ash_scaffold")
    state
  end

  # What an Ecto type encrypts or hashes is never stored the same way again, by legacy code neither.
  defp unsteady(source, writable, record, window) do
    handed_over = Enum.filter(writable, & &1.delegate)

    with [_ | _] <- handed_over,
         {:ok, [%{values: raw}]} <- Rows.raw(source, handed_over, window) do
      for {attribute, stored} <- Enum.zip(handed_over, raw),
          not steady?(source, attribute, record, stored),
          do: attribute
    else
      _none -> []
    end
  end

  defp steady?(source, attribute, record, stored) do
    case Values.dump(source.resource, attribute.name, Map.get(record, attribute.name)) do
      {:ok, dumped} -> Values.same?(stored, dumped)
      _error -> true
    end
  end

  @doc "Update a record through the data layer: no action of the resource runs."
  def update(source, record, values) do
    changeset = %{changeset(source, record, :update) | attributes: values}
    outcome(fn -> Ash.DataLayer.update(source.resource, changeset) end)
  end

  def create(source, values) do
    changeset = %{changeset(source, source.resource, :create) | attributes: values}
    outcome(fn -> Ash.DataLayer.create(source.resource, changeset) end)
  end

  def destroy(source, record) do
    outcome(fn -> Ash.DataLayer.destroy(source.resource, changeset(source, record, :destroy)) end)
  end

  defp changeset(source, subject, type) do
    names = Enum.map(source.attributes, & &1.name)
    changeset = Ash.Changeset.new(subject)

    changeset =
      if source.tenant,
        do: Ash.Changeset.set_tenant(changeset, source.tenant),
        else: changeset

    %{changeset | domain: source.domain, action_type: type, action_select: names}
  end

  defp outcome(fun) do
    case fun.() do
      {:error, error} -> {:error, Ash.Error.to_error_class(error)}
      {:error, :no_rollback, error} -> {:error, Ash.Error.to_error_class(error)}
      _done -> :ok
    end
  rescue
    error -> {:error, error}
  catch
    kind, _reason -> {:error, kind}
  end

  defp texts(source, columns, window) do
    list =
      Enum.map_join(columns, ", ", fn [name, json?] ->
        "t." <> Rows.quote_name(name) <> if(json?, do: "::jsonb::text", else: "::text")
      end)

    {where, parameters} = Rows.where(Rows.columns_of(source.keys), window)
    risks = for {_column, predicate} <- source.risks, do: "coalesce(#{predicate}, false)"

    sql =
      "select array[#{list}]::text[], array[#{Enum.join(risks, ", ")}]::boolean[] from #{source.table} t#{where}"

    source.repo.query!(sql, parameters, timeout: :infinity).rows
  end

  defp changed(state, _source, _row, before, now) when before == now,
    do: %{state | written: state.written + 1}

  defp changed(state, source, row, [[before, flags]], [[now, _flags]]) do
    risky = for {{column, _}, true} <- Enum.zip(source.risks, flags), do: column

    names =
      for {[name, _json?], one, other} <- Enum.zip([state.columns, before, now]),
          one != other and name not in risky,
          do: name

    Enum.reduce(names, %{state | written: state.written + 1}, &failure(&2, source, row, &1, nil))
  end

  defp changed(state, source, row, _before, _now), do: failure(state, source, row, nil, nil)

  defp failure(state, source, row, column, error) do
    key = if Enum.any?(source.keys, & &1.sensitive), do: nil, else: row.texts

    found =
      state.failures
      |> Map.get({column, error}, %{count: 0, keys: []})
      |> Map.update!(:count, &(&1 + 1))
      |> Map.update!(:keys, fn keys ->
        if key == nil or length(keys) >= @keys_shown, do: keys, else: keys ++ [key]
      end)

    %{state | failures: Map.put(state.failures, {column, error}, found)}
  end
end
