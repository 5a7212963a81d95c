# Lets Ash migrate tables from nothing into an empty database.
#
# Run as `mix run --no-compile --no-start prove.exs` in the project. ASH_SCAFFOLD_REQUEST names a file
# that holds the request as an Elixir term: the repo of the resources, their tables, the database
# and what identifies it, a folder, and statements to run before the tables are made. Answers go to
# the file that the request names, one JSON object a line. The last is "end".
#
# The project's own repo is never started, and its configuration is that of the empty database
# here. Snapshots and migrations go into the folder, so nothing of the project is written.

defmodule AshScaffold.Cutover.Prove do
  alias AshPostgres.DataLayer.Info, as: Postgres

  @apps [:crypto, :ssl, :telemetry, :ecto_sql, :postgrex, :ash, :ash_sql, :ash_postgres]
  # Where the migrator keeps what it has run: no table of the project may be called so.
  @versions "ash_scaffold_proof"

  def main do
    {request, _binding} = Code.eval_file(System.fetch_env!("ASH_SCAFFOLD_REQUEST"))
    request = Map.new(request)
    Code.require_file("../verify/answer.exs", __DIR__)
    apply(AshScaffold.Verify.Answer, :open, [request.answer])

    try do
      run(request)
      put(%{event: "end"})
    rescue
      error -> put(%{event: "failed", message: Exception.message(error), at: step()})
    catch
      :throw, {:stop, message} -> put(%{event: "failed", message: message, at: step()})
      kind, reason -> put(%{event: "failed", message: inspect({kind, reason}), at: step()})
    end
  end

  defp run(request) do
    step("the resources are looked up")
    point_elsewhere(request)
    for app <- @apps, do: {:ok, _} = Application.ensure_all_started(app)
    resources = resources(request)
    step("the empty database is connected to")
    repo = connect(request)
    step("what tables need is made")
    install(repo, request)
    step("the tables that keys point at are made")
    for {sql, required?} <- request.statements, do: execute(repo, sql, required?)
    step("Ash writes its migrations")
    folder = generate(resources, request)
    step("Ash's migrations run")
    put(%{event: "migrated", files: run_all(repo, folder)})
  end

  # Whatever the project's repo is told, it can only reach the empty database.
  defp point_elsewhere(request) do
    config = Keyword.put(request.database, :url, nil)
    app = request.repo.config()[:otp_app]

    for repo <- Enum.uniq([request.repo | List.wrap(Application.get_env(app, :ecto_repos, []))]) do
      own = Application.get_env(app, repo, [])
      Application.put_env(app, repo, Keyword.merge(own, config))
    end
  end

  defp resources(request) do
    app = Mix.Project.config()[:app]

    for domain <- Application.get_env(app, :ash_domains, []),
        resource <- Ash.Domain.Info.resources(domain),
        Ash.DataLayer.data_layer(resource) == AshPostgres.DataLayer,
        Postgres.repo(resource, :mutate) == request.repo,
        Postgres.migrate?(resource),
        table = {Postgres.schema(resource) || "public", Postgres.table(resource)},
        table in request.tables,
        uniq: true do
      sources =
        for attribute <- Ash.Resource.Info.attributes(resource), do: to_string(attribute.source)

      {schema, name} = table
      put(%{event: "resource", schema: schema, table: name, columns: sources})
      resource
    end
  end

  defp connect(request) do
    Application.put_env(:ash_scaffold, AshScaffold.Cutover.Repo, [])
    Code.require_file("repo.exs", __DIR__)
    repo = AshScaffold.Cutover.Repo

    # What the project's repo says of migrations counts for them here as well.
    migration =
      Keyword.take(request.repo.config(), [
        :migration_primary_key,
        :migration_foreign_key,
        :migration_timestamps
      ])

    config =
      [pool_size: 2, log: false, timeout: :infinity, migration_lock: false]
      |> Keyword.merge(migration_source: @versions)
      |> Keyword.merge(migration)
      |> Keyword.merge(request.database)

    Application.put_env(:ash_scaffold, repo, config)
    {:ok, _pid} = apply(repo, :start_link, [[]])
    %{rows: [[where]]} = apply(repo, :query!, [request.identity])
    if where != request.where, do: throw({:stop, "It is another database."})
    repo
  end

  # As the generator writes them when the repo lets it migrate extensions; those that the server
  # itself has are there already.
  defp install(repo, request) do
    folder = Path.join(request.folder, "installed")
    File.mkdir_p!(folder)

    extensions =
      for module <- request.repo.installed_extensions(), is_atom(module), do: module.extension()

    extensions
    |> Enum.with_index(1)
    |> Enum.each(fn {{name, _version, up, _down}, number} ->
      module = Module.concat([request.repo, Migrations, "Install#{number}"])

      File.write!(Path.join(folder, "#{number}_install_#{number}.exs"), """
      defmodule #{inspect(module)} do
        use Ecto.Migration

        def up do
          #{up.(0)}
        end
      end
      """)

      put(%{event: "installed", name: to_string(name)})
    end)

    run_all(repo, folder)
  end

  defp execute(repo, sql, required?) do
    case apply(repo, :query, [sql]) do
      {:error, error} when required? -> raise error
      _other -> :ok
    end
  end

  defp generate(resources, request) do
    folder = Path.join(request.folder, "migrations")
    tenants = Path.join(request.folder, "tenant_migrations")
    # What the generator asks of a domain is its resources.
    domain = %{[:resources] => %{entities: Enum.map(resources, &%{resource: &1}), opts: []}}

    # It says of each file that it makes it.
    Mix.shell(Mix.Shell.Quiet)

    AshPostgres.MigrationGenerator.generate([domain],
      name: "proof",
      snapshot_path: Path.join(request.folder, "snapshots"),
      migration_path: folder,
      tenant_migration_path: tenants,
      format: false,
      quiet: true,
      no_shell?: true
    )

    if File.exists?(tenants),
      do: throw({:stop, "Tables of tenants, each with a schema of its own, can't be proven."})

    File.mkdir_p!(folder)
    # Extensions are there already, and not all can be had on this server.
    for path <- Path.wildcard(Path.join(folder, "*.exs")),
        not String.match?(path, ~r/_proof(_\d+)?\.exs$/),
        do: File.rm!(path)

    folder
  end

  defp run_all(repo, folder) do
    length(apply(Ecto.Migrator, :run, [repo, folder, :up, [all: true, log: false]]))
  end

  defp step, do: Process.get(:step, "")
  defp step(name), do: Process.put(:step, name)

  defp put(map), do: apply(AshScaffold.Verify.Answer, :put, [map])
end

AshScaffold.Cutover.Prove.main()
