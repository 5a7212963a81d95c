# Starts a repo and nothing else of the application, and asks its server.

defmodule AshScaffold.Verify.Connect do
  alias AshPostgres.DataLayer.Info, as: Postgres
  alias AshScaffold.Verify.{Answer, Values}

  def repo(resource), do: Postgres.repo(resource, :mutate)

  def table(resource), do: {Postgres.schema(resource) || "public", Postgres.table(resource)}

  @where """
  select (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())::text
      || '/' || extract(epoch from pg_catalog.pg_postmaster_start_time())::text,
    pg_catalog.current_setting('server_version_num'),
    exists (select from pg_catalog.pg_proc where proname = 'ash_raise_error')
  """

  # DBConnection's own pool, whatever the project's: a sandbox has no connection to give here.
  @own [
    pool: DBConnection.ConnectionPool,
    pool_size: 2,
    log: false,
    name: nil,
    timeout: :infinity,
    # How long to wait for the first connection: twice this, in milliseconds.
    queue_target: 4_000
  ]

  def start(repo, request) do
    ash? = Spark.implements_behaviour?(repo, AshPostgres.Repo)
    base = %{event: "repo", module: inspect(repo), ash: ash?}

    unless ash? do
      Answer.put(base)
      throw(:stop)
    end

    base =
      Map.merge(base, %{
        installed_extensions:
          for(extension <- repo.installed_extensions(), do: extension(extension)),
        min_pg_version: to_string(repo.min_pg_version()),
        migrate_extensions:
          not function_exported?(repo, :migrate_extensions?, 0) or repo.migrate_extensions?()
      })

    case connect(repo, request) do
      :ok ->
        Map.merge(base, server(repo, request, base))

      {:error, why} ->
        Answer.put(Map.merge(base, %{place: place(repo), error: why})) && throw(:stop)
    end
  end

  defp extension(name) when is_binary(name), do: name
  defp extension(other) when is_atom(other), do: inspect(other)
  defp extension(_other), do: "?"

  defp connect(repo, request) do
    case repo.start_link(config(request)) do
      {:ok, _pid} -> ask(repo)
      {:error, {:already_started, _pid}} -> ask(repo)
      {:error, reason} -> {:error, Answer.kind(reason)}
    end
  end

  defp config(request) do
    config = Keyword.merge(@own, request.database || []) |> Keyword.delete(:name)
    config = if request.database, do: Keyword.put(config, :url, nil), else: config

    # A behaviour is asked for in transactions that roll back whatever code in them does.
    case request[:behaviour] do
      nil -> config
      behaviour -> Keyword.merge(config, rolling_back(behaviour[:dry]))
    end
  end

  defp rolling_back(dry?) do
    [
      pool: Ecto.Adapters.SQL.Sandbox,
      ownership_timeout: :infinity,
      parameters: [
        lock_timeout: "5000",
        statement_timeout: "10000",
        default_transaction_read_only: if(dry?, do: "on", else: "off")
      ]
    ]
  end

  @doc "Starts a repo of legacy code alone. It is stopped where it leads to another database."
  def start_plain(repo, request) do
    with {:ok, pid} <- repo.start_link(config(request)) do
      here? =
        case repo.query(@where, [], timeout: 15_000) do
          {:ok, %{rows: [[where | _rest]]}} -> where == request.where
          _error -> false
        end

      unless here?, do: Supervisor.stop(pid)
      here?
    else
      _error -> false
    end
  end

  @doc "Starts the vaults of Cloak that encrypted attributes need. Without one they can't be read."
  def start_vaults(resource) do
    for attribute <- Ash.Resource.Info.attributes(resource),
        module = cloak(Values.delegate(attribute.type)),
        vault = module.__cloak__()[:vault],
        Process.whereis(vault) == nil do
      {:ok, _apps} = Application.ensure_all_started(:crypto)
      vault.start_link([])
    end
  rescue
    _error -> :ok
  catch
    _kind, _reason -> :ok
  end

  defp cloak({_whole, type}), do: cloak(type)

  defp cloak(type) do
    if is_atom(type) and Code.ensure_loaded?(type) and function_exported?(type, :__cloak__, 0),
      do: type
  end

  defp ask(repo) do
    case repo.query("select 1", [], timeout: 15_000) do
      {:ok, _result} -> :ok
      {:error, error} -> {:error, why(repo, error)}
    end
  end

  # The pool only says that it has no connection.
  defp why(_repo, %{postgres: %{message: message}}), do: message

  defp why(repo, error) do
    case repo.__adapter__().storage_status(repo.config()) do
      :down -> "there is no such database"
      {:error, %{postgres: %{message: message}}} -> message
      {:error, %{__exception__: true} = error} -> first_line(error)
      _other -> first_line(error)
    end
  rescue
    _error -> first_line(error)
  end

  defp first_line(error), do: error |> Exception.message() |> String.split("\n") |> hd()

  # Without the user's name, and never the password.
  defp place(repo) do
    config = repo.config()
    host = config[:socket_dir] || config[:hostname] || "localhost"
    "#{host}:#{config[:port] || 5432}/#{config[:database]}"
  end

  defp server(repo, request, base) do
    %{rows: [[where, version, functions?]]} = repo.query!(@where)

    %{rows: extensions} =
      repo.query!("select extname::text from pg_catalog.pg_extension order by 1")

    found = %{
      place: place(repo),
      same_database: where == request.where,
      server_version: String.to_integer(version),
      ash_functions: functions?,
      extensions: List.flatten(extensions)
    }

    # Nothing is read from another database, and above all nothing written.
    unless found.same_database do
      Answer.put(Map.merge(base, found))
      throw(:stop)
    end

    found
  end

  @doc "The PostgreSQL type that a cast to a storage type names: its schema, name and dimensions."
  def resolve(repo, storage) do
    {text, dimensions} = column_type(storage, 0)

    key = {__MODULE__, repo, text}
    if Process.get(key) == nil, do: Process.put(key, {look_up(repo, text)})

    with {[schema, name, own]} <- Process.get(key),
         do: [schema, name, own + dimensions],
         else: (_none -> nil)
  end

  defp look_up(repo, text) do
    # An array's name stands for its element's.
    sql = """
    select n.nspname::text, t.typname::text, (a.oid <> t.oid)::int
    from pg_catalog.pg_type a
    join pg_catalog.pg_type t on t.oid = case a.typcategory when 'A' then a.typelem else a.oid end
    join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    where a.oid = pg_catalog.to_regtype($1)
    """

    case repo.query(sql, [text]) do
      {:ok, %{rows: [found]}} -> found
      _none -> nil
    end
  end

  defp column_type({:array, type}, dimensions), do: column_type(type, dimensions + 1)

  defp column_type({:parameterized, {type, params}}, dimensions),
    do: column_type(type.type(params), dimensions)

  defp column_type({:parameterized, type, params}, dimensions),
    do: column_type(type.type(params), dimensions)

  # Ecto's names as its PostgreSQL adapter writes them; every other name is PostgreSQL's.
  @ecto %{
    id: "bigint",
    integer: "bigint",
    string: "varchar",
    ci_string: "citext",
    binary: "bytea",
    binary_id: "uuid",
    map: "jsonb",
    float: "float8",
    decimal: "numeric",
    time_usec: "time",
    utc_datetime: "timestamp",
    utc_datetime_usec: "timestamp",
    naive_datetime: "timestamp",
    naive_datetime_usec: "timestamp",
    duration: "interval"
  }

  defp column_type(type, dimensions) when is_atom(type),
    do: {Map.get(@ecto, type) || to_string(type), dimensions}

  defp column_type(type, dimensions) when is_tuple(type),
    do: {type |> elem(0) |> to_string(), dimensions}

  defp column_type(type, dimensions), do: {to_string(type), dimensions}
end
