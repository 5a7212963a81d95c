# What compiled resources say of themselves, in AshPostgres' own terms.

defmodule AshScaffold.Verify.Describe do
  alias Ash.Resource.Info
  alias AshPostgres.DataLayer.Info, as: Postgres
  alias AshScaffold.Verify.{Answer, Connect, Rows, Writes}
  import Connect, only: [repo: 1, table: 1]

  def run(request) do
    app = Mix.Project.config()[:app]
    listed = Application.get_env(app, :ash_domains, [])
    names = for domain <- listed, do: inspect(domain)
    Answer.put(%{event: "domains", listed: names})
    if request.domains -- names != [], do: throw(:stop)

    domains =
      for domain <- listed,
          request.domains == [] or inspect(domain) in request.domains,
          do: domain

    found =
      Enum.uniq_by(
        for domain <- domains, resource <- Ash.Domain.Info.resources(domain) do
          {domain, resource}
        end,
        &elem(&1, 1)
      )

    {ours, others} =
      Enum.split_with(found, fn {_, resource} ->
        Ash.DataLayer.data_layer(resource) == AshPostgres.DataLayer and
          Postgres.table(resource) != nil
      end)

    for {domain, resource} <- others do
      Answer.put(%{event: "other", module: inspect(resource), domain: inspect(domain)})
    end

    ours = for {domain, resource} <- ours, wanted?(request, resource), do: {domain, resource}
    repos = ours |> Enum.map(fn {_, resource} -> repo(resource) end) |> Enum.uniq()
    for repo <- repos, do: Answer.put(Connect.start(repo, request))

    for {_domain, resource} <- ours, do: Connect.start_vaults(resource)
    for {domain, resource} <- ours, do: Answer.put(resource(domain, resource))
    Answer.put(codegen(domains))

    for {domain, resource} <- ours, request.rows != 0 do
      Answer.put(Rows.run(domain, resource, request))
      if request.write, do: Answer.put(Writes.run(domain, resource, request))
    end
  end

  defp wanted?(%{tables: nil}, _resource), do: true
  defp wanted?(%{tables: tables}, resource), do: table(resource) in tables

  defp resource(domain, resource) do
    {schema, table} = table(resource)
    repo = repo(resource)

    %{
      event: "resource",
      module: inspect(resource),
      domain: inspect(domain),
      file: resource.module_info(:compile)[:source] |> to_string(),
      schema: schema,
      table: table,
      repo: inspect(repo),
      migrate: Postgres.migrate?(resource),
      strategy: Info.multitenancy_strategy(resource),
      tenant: tenant(resource),
      attributes:
        for(attribute <- Info.attributes(resource), do: attribute(resource, repo, attribute)),
      primary_key: Enum.map(Info.primary_key(resource), &to_string/1),
      relationships:
        for(relationship <- Info.relationships(resource), do: relationship(relationship)),
      identities: for(identity <- Info.identities(resource), do: identity(resource, identity)),
      names: names(resource, repo),
      reserved: reserved(resource)
    }
  end

  defp attribute(resource, repo, attribute) do
    storage = storage(resource, attribute)

    %{
      name: to_string(attribute.name),
      source: to_string(attribute.source || attribute.name),
      type: type(attribute.type),
      constraints: Map.new(attribute.constraints, fn {key, value} -> {key, plain(value)} end),
      storage: inspect(storage),
      pg_type: Connect.resolve(repo, storage),
      allow_nil: attribute.allow_nil?,
      primary_key: attribute.primary_key?,
      generated: attribute.generated?,
      writable: attribute.writable?,
      sensitive: attribute.sensitive?,
      default: attribute.default != nil,
      labels: labels(attribute.type)
    }
  end

  # Of the schema's own type, which is what the data layer reads and writes with.
  defp storage(resource, attribute) do
    Ecto.Type.type(resource.__schema__(:type, attribute.name))
  end

  defp type({:array, type}), do: "{:array, #{type(type)}}"
  defp type(type), do: inspect(type)

  defp labels({:array, type}), do: labels(type)

  defp labels(type) do
    if is_atom(type) and function_exported?(type, :values, 0) and
         Spark.implements_behaviour?(type, Ash.Type.Enum) do
      for value <- type.values(), do: label(type, value)
    end
  end

  defp label(type, value) do
    case type.dump_to_native(value, []) do
      {:ok, label} when is_binary(label) -> label
      _other -> to_string(value)
    end
  end

  defp plain(value) when is_integer(value) or is_boolean(value) or is_nil(value), do: value
  defp plain(%{__struct__: Decimal} = value), do: Decimal.to_string(value, :normal)
  defp plain(value) when is_atom(value), do: inspect(value)

  defp plain(value) when is_list(value),
    do:
      if(Keyword.keyword?(value) and value != [],
        do: Map.new(value, fn {k, v} -> {k, plain(v)} end),
        else: inspect(value)
      )

  defp plain(value), do: inspect(value)

  defp relationship(relationship) do
    postgres? = Ash.DataLayer.data_layer(relationship.destination) == AshPostgres.DataLayer

    %{
      name: to_string(relationship.name),
      kind: relationship.type,
      destination: inspect(relationship.destination),
      destination_table:
        if(postgres?, do: relationship.destination |> table() |> Tuple.to_list()),
      source_column: column(relationship.source, relationship.source_attribute),
      destination_column: column(relationship.destination, relationship.destination_attribute),
      through:
        with(module when module != nil <- Map.get(relationship, :through), do: inspect(module)),
      filtered:
        Map.get(relationship, :filter) not in [nil, []] or
          Map.get(relationship, :filters, []) not in [nil, []] or
          Map.get(relationship, :from_many?) == true,
      no_attributes:
        Map.get(relationship, :no_attributes?, false) || Map.get(relationship, :manual) != nil
    }
  end

  defp column(resource, name) do
    case Info.attribute(resource, name) do
      nil -> nil
      attribute -> to_string(attribute.source || attribute.name)
    end
  end

  defp tenant(resource) do
    if Info.multitenancy_strategy(resource) == :attribute,
      do: column(resource, Info.multitenancy_attribute(resource))
  end

  # Ash adds the tenant to the keys of an identity that is not one over all tenants.
  defp identity(resource, identity) do
    {_schema, table} = table(resource)
    all? = Map.get(identity, :all_tenants?, false)
    own = for key <- identity.keys, do: column(resource, key)
    tenant = if all?, do: nil, else: tenant(resource)

    %{
      name: to_string(identity.name),
      columns: if(tenant in [nil | own], do: own, else: [tenant | own]),
      all_tenants: all?,
      index:
        to_string(
          Postgres.identity_index_names(resource)[identity.name] ||
            "#{table}_#{identity.name}_index"
        ),
      where: Map.get(identity, :where) != nil
    }
  end

  defp reserved(resource) do
    taken = Enum.map(Info.fields(resource), & &1.name)
    for name <- Ash.Resource.reserved_names(), name in taken, do: to_string(name)
  end

  # As AshPostgres' data layer gives them to an Ecto changeset: what is not among them raises.
  defp names(resource, repo) do
    {_schema, table} = table(resource)

    identities =
      for identity <- Info.identities(resource) do
        {:unique, :unique,
         Postgres.identity_index_names(resource)[identity.name] ||
           "#{table}_#{identity.name}_index", Map.get(identity, :message)}
      end

    indexes =
      for index <- Postgres.custom_indexes(resource) do
        {:unique, :custom, index.name || AshPostgres.CustomIndex.name(table, index),
         Map.get(index, :message)}
      end

    key =
      if Info.primary_key(resource) == [],
        do: [],
        else: [{:unique, :unique, "#{table}_pkey", nil}]

    given =
      for {kind, match, found} <- [
            {:unique, :unique, Postgres.unique_index_names(resource)},
            {:exclusion, :check, Postgres.exclusion_constraint_names(resource)},
            {:foreign_key, :foreign, Postgres.foreign_key_names(resource)}
          ],
          is_list(found),
          entry <- found do
        {kind, match, elem(entry, 1), if(tuple_size(entry) > 2, do: elem(entry, 2))}
      end

    checks =
      for check <- Postgres.check_constraints(resource),
          do: {:check, :check, check.name, check.message}

    own =
      for relationship <- Info.relationships(resource) do
        {:own_key, :foreign,
         key_name(resource, relationship.name, table, relationship.source_attribute), nil}
      end

    pointing =
      for destination <-
            resource |> Info.relationships() |> Enum.map(& &1.destination) |> Enum.uniq(),
          back <- Info.relationships(destination),
          back.destination == resource do
        {_schema, table} = table(back.source)

        {:pointing_key, :foreign, key_name(resource, back.name, table, back.source_attribute),
         "would leave records behind"}
      end

    for {kind, match, name, message} <-
          Enum.uniq(identities ++ indexes ++ key ++ given ++ checks ++ own ++ pointing) do
      {how, text} = how(repo, match, name)
      %{kind: kind, name: text, match: how, message: if(is_binary(message), do: message)}
    end
  end

  defp key_name(resource, relationship, table, attribute) do
    case Postgres.reference(resource, relationship) do
      %{name: name} when name != nil -> name
      _other -> "#{table}_#{attribute}_fkey"
    end
  end

  defp how(repo, kind, name) do
    if function_exported?(repo, :default_constraint_match_type, 2) do
      case repo.default_constraint_match_type(kind, name) do
        {:regex, regex} -> {"regex", Regex.source(regex)}
        match -> {to_string(match), to_string(name)}
      end
    else
      {"exact", to_string(name)}
    end
  end

  # What `mix ash.codegen --check` asks of AshPostgres, for these domains. With `no_shell?` it would
  # leave Ash's own snapshots out of account; whatever it asks, nobody answers.
  defp codegen(domains) do
    AshPostgres.MigrationGenerator.generate(domains, check: true, quiet: true)
    %{event: "codegen", pending: []}
  rescue
    error ->
      case error do
        %{diff: files} when is_list(files) or is_map(files) ->
          # It has made the folders of the snapshots that it would write.
          for {path, _content} <- files, do: File.rmdir(Path.dirname(to_string(path)))

          %{
            event: "codegen",
            pending: for({path, _content} <- files, do: Path.relative_to_cwd(to_string(path)))
          }

        _other ->
          %{event: "codegen", error: Answer.kind(error)}
      end
  catch
    # Migrations that were made with --dev are still there.
    :exit, _reason -> %{event: "codegen", error: "an exit"}
  end
end
