# Random operations of two tenants on real Ash, each with the answer and with what raw SQL finds
# changed by it in any row: a line of JSON each. Arguments: the seed, the number, the file, and
# `schemas` where each tenant has one.
#
# Upserts by an identity of all tenants are left out: before ash 3.37.2 they take over the row of
# another tenant (CVE-2026-96581), which `ash-scaffold doctor` tells.
defmodule Tenants do
  require Ash.Expr
  require Ash.Query

  @tables %{
    "users" => App.Core.User,
    "settings" => App.Core.Settings,
    "projects" => App.Core.Project,
    "rooms" => App.Core.Room,
    "bookings" => App.Core.Booking,
    "tags" => App.Core.Tag,
    "users_tags" => App.Core.UserTag,
    "events" => App.Core.Event
  }
  # Each tenant has a schema of its own, instead of a column.
  @schemas "schemas" in System.argv()
  @tenant_key if @schemas, do: [], else: ["organization_id"]
  @keys %{
    "settings" => @tenant_key ++ ["key"],
    "rooms" => @tenant_key ++ ["number"],
    "users_tags" => ["user_id", "tag_id"]
  }
  @names Map.keys(@tables) |> Enum.sort()
  # Each table with the name of what leads from it, to which table, and what to filter there by.
  @paths [
    {"users", "boss", "login"},
    {"users", "boss_users", "login"},
    {"users", "projects", "title"},
    {"users", "tags", "label"},
    {"projects", "owner", "login"},
    {"rooms", "bookings", "label"},
    {"bookings", "room", "name"},
    {"tags", "users", "login"},
    if(@schemas, do: {"projects", "event", "kind"}, else: {"events", "user", "login"})
  ]

  def run(seed, count, path) do
    :rand.seed(:exsss, seed)
    for resource <- Map.values(@tables), do: Code.ensure_loaded!(resource)
    empty()

    [ash, ash_postgres] = for app <- [:ash, :ash_postgres], do: "#{Application.spec(app, :vsn)}"
    head = Jason.encode!(%{"seed" => seed, "ash" => ash, "ash_postgres" => ash_postgres})

    lines =
      for _ <- 1..count do
        before = rows()
        operation = operation(before)
        answer = answer(operation)
        Jason.encode!([operation, answer, changes(before, rows())])
      end

    File.write!(path, Enum.map([head | lines], &[&1, "\n"]))
  end

  ## What there is, by raw SQL

  if @schemas do
    defp empty do
      for tenant <- 1..2, table <- List.delete(@names, "events") do
        App.Repo.query!("TRUNCATE tenant_#{tenant}.#{table} RESTART IDENTITY CASCADE")
      end

      App.Repo.query!("TRUNCATE events RESTART IDENTITY CASCADE")
    end

    # A row says whose it is by its schema: that goes with it as the column does elsewhere.
    defp sources do
      for tenant <- 1..2,
          table <- List.delete(@names, "events"),
          reduce: [select("events", "")] do
        found ->
          [select(table, "tenant_#{tenant}.", " || '{\"organization_id\": #{tenant}}'") | found]
      end
    end

    defp tenant(nil), do: [tenant: nil]
    defp tenant(number), do: [tenant: "tenant_#{number}"]
  else
    defp empty do
      App.Repo.query!("TRUNCATE organizations, events RESTART IDENTITY CASCADE")
      App.Repo.query!("INSERT INTO organizations VALUES (1, 'first'), (2, 'second')")
    end

    defp sources, do: Enum.map(@names, &select(&1, ""))
    defp tenant(number), do: [tenant: number]
  end

  defp select(table, schema, more \\ ""),
    do: "SELECT '#{table}', to_jsonb(t.*)#{more} FROM #{schema}#{table} AS t"

  defp rows do
    for [table, row] <- App.Repo.query!(Enum.join(sources(), " UNION ALL ")).rows, into: %{} do
      {{table, [row["organization_id"] | key_of(table, row)]}, row}
    end
  end

  defp key_of(table, row), do: Enum.map(keys(table), &row[&1])
  defp keys(table), do: Map.get(@keys, table, ["id"])

  defp changes(before, later) do
    for at <- Enum.uniq(Map.keys(before) ++ Map.keys(later)) |> Enum.sort(),
        before[at] != later[at] do
      [elem(at, 0), before[at], later[at]]
    end
  end

  ## What is asked

  defp operation(rows) do
    tenant = if :rand.uniform(25) == 1, do: nil, else: :rand.uniform(2)
    Map.put(draw(:rand.uniform(100), rows, tenant), "tenant", tenant)
  end

  defp draw(n, _rows, _tenant) when n <= 6,
    do: %{"op" => "read", "table" => any(@names)}

  defp draw(n, _rows, _tenant) when n <= 9,
    do: %{"op" => "count", "table" => any(@names)}

  defp draw(n, rows, tenant) when n <= 16 do
    {table, keys} =
      any([
        {"users", ["email"]},
        {"users", ["login"]},
        {"users", ["badge"]},
        {"users", ["id"]},
        {"projects", ["title"]},
        {"tags", ["label"]},
        {"bookings", ["id"]}
      ])

    key =
      for {name, value} <- Map.take(some(rows, table, tenant), keys), do: {name, value || "none"}

    %{"op" => "get", "table" => table, "key" => Map.new(key)}
  end

  defp draw(n, rows, _tenant) when n <= 24 do
    {table, path, field} = any(@paths)
    value = rows |> there(to(path)) |> Enum.map(& &1[field]) |> any_of("none")
    op = any(["filter", "exists"])
    # Without a tenant a filter from a global table sees all tenants: nothing of Ash prevents it.
    table_path = if table == "events", do: {"projects", "owner"}, else: {table, path}

    %{
      "op" => op,
      "table" => elem(table_path, 0),
      "path" => elem(table_path, 1),
      "field" => field,
      "value" => value
    }
  end

  defp draw(n, rows, tenant) when n <= 32 do
    {table, path, _} = any(@paths)
    %{"op" => "load", "table" => table, "key" => key(rows, table, tenant), "path" => path}
  end

  defp draw(n, rows, tenant) when n <= 50 do
    table = any(@names)
    input = if table == "users_tags", do: joined(rows, tenant), else: input(table, rows)
    %{"op" => "create", "table" => table, "input" => input}
  end

  defp draw(n, rows, _tenant) when n <= 58 do
    {table, identity, fields} =
      any([
        {"users", "email", ["active"]},
        {"users", "login", ["phone"]},
        {"users", "phone", ["email"]},
        {"settings", nil, ["value"]},
        {"rooms", nil, ["name"]},
        {"projects", "title", ["owner_id"]},
        {"tags", "label", ["label"]}
      ])

    # The index is partial: only an active row can be in conflict by it.
    fixed = if identity == "phone", do: %{"active" => true, "phone" => "p1"}, else: %{}

    %{
      "op" => "upsert",
      "table" => table,
      "identity" => identity,
      "input" => Map.merge(input(table, rows), fixed),
      "fields" => fields
    }
  end

  defp draw(n, rows, _tenant) when n <= 62 do
    table = any(["users", "tags", "rooms", "bookings", "settings"])

    %{
      "op" => "bulk_create",
      "table" => table,
      "inputs" => [input(table, rows), input(table, rows)]
    }
  end

  defp draw(n, rows, tenant) when n <= 74 do
    table = any(["users", "settings", "projects", "rooms", "bookings", "tags", "events"])

    op = any(["update", "update", "update_record"])
    rows |> one_of(op, table, tenant) |> Map.put("input", change(table, rows))
  end

  defp draw(n, rows, tenant) when n <= 83 do
    table = any(@names)
    one_of(rows, any(["destroy", "destroy", "destroy_record"]), table, tenant)
  end

  defp draw(n, _rows, _tenant) when n <= 88 do
    {table, input} =
      any([
        {"users", %{"active" => any([true, false])}},
        {"settings", %{"value" => text("v")}},
        {"rooms", %{"name" => text("n")}},
        {"bookings", %{"label" => text("c")}}
      ])

    %{"op" => "bulk_update", "table" => table, "input" => input, "strategy" => strategy()}
  end

  defp draw(n, rows, tenant) when n <= 91 do
    {table, field} =
      any([{"users", "login"}, {"bookings", "label"}, {"settings", "key"}, {"rooms", "name"}])

    value = some(rows, table, tenant)[field]

    %{
      "op" => "bulk_destroy",
      "table" => table,
      "where" => %{field => value},
      "strategy" => strategy()
    }
  end

  defp draw(n, rows, _tenant) when n <= 95 do
    {table, path, to} =
      any([{"projects", "owner", "users"}, {"bookings", "room", "rooms"}])

    # The other end is made in the same go, and fills the key.
    input = table |> input(rows) |> Map.drop(["owner_id", "room_number"])

    %{
      "op" => "managed",
      "table" => table,
      "input" => input,
      "path" => path,
      "new" => input(to, rows)
    }
  end

  defp draw(n, rows, tenant) when n <= 98 do
    tags = for _ <- 1..2, do: hd(key(rows, "tags", tenant))

    %{
      "op" => "retag",
      "table" => "users",
      "key" => key(rows, "users", tenant),
      "tags" => Enum.uniq(tags)
    }
  end

  # Whoever names the tenant's column, whatever the value.
  defp draw(_, rows, _tenant) do
    input = Map.put(input("tags", rows), "organization_id", :rand.uniform(2))
    %{"op" => "create", "table" => "tags", "input" => input}
  end

  defp to(path) do
    Map.get(
      %{
        "projects" => "projects",
        "tags" => "tags",
        "bookings" => "bookings",
        "room" => "rooms",
        "event" => "events"
      },
      path,
      "users"
    )
  end

  defp input("users", rows) do
    %{
      "email" => text("e"),
      "login" => text("l"),
      "badge" => any([nil, nil, text("b")]),
      "phone" => any([nil, text("p")]),
      "active" => any([true, true, false]),
      "boss_id" => any([nil, id(rows, "users")])
    }
  end

  defp input("settings", _), do: %{"key" => text("k"), "value" => text("v")}
  defp input("tags", _), do: %{"label" => text("t")}
  defp input("rooms", _), do: %{"number" => :rand.uniform(5), "name" => text("n")}
  defp input("bookings", _), do: %{"room_number" => :rand.uniform(5), "label" => text("c")}

  defp input("events", rows) do
    Map.merge(
      %{"kind" => text("k")},
      if(@schemas, do: %{}, else: %{"user_id" => id(rows, "users")})
    )
  end

  defp input("projects", rows) do
    input = %{"title" => text("t"), "owner_id" => any([nil, id(rows, "users")])}
    if @schemas, do: Map.put(input, "event_id", any([nil, id(rows, "events")])), else: input
  end

  defp change("users", rows), do: rows |> then(&input("users", &1)) |> one()
  defp change("projects", rows), do: rows |> then(&input("projects", &1)) |> one()
  defp change("bookings", rows), do: rows |> then(&input("bookings", &1)) |> one()
  defp change("events", rows), do: rows |> then(&input("events", &1)) |> one()
  defp change("tags", rows), do: input("tags", rows)
  defp change("settings", _), do: %{"value" => text("v")}
  defp change("rooms", _), do: %{"name" => text("n")}

  defp one(input), do: Map.take(input, [any(Map.keys(input))])
  defp strategy, do: any(["atomic", "stream"])
  defp text(letter), do: "#{letter}#{:rand.uniform(8)}"
  defp any(list), do: Enum.at(list, :rand.uniform(length(list)) - 1)
  defp any_of([], other), do: other
  defp any_of(list, _), do: any(list)

  # A key over one column takes what another tenant has: the tag is anybody's, the user one's own,
  # since with a user his rows here go by the database's own cascade.
  defp joined(rows, tenant) do
    own = for row <- there(rows, "users"), row["organization_id"] == tenant, do: row["id"]
    %{"user_id" => any_of(own, 9999), "tag_id" => id(rows, "tags")}
  end

  # `of` is the tenant that a record is read for when it isn't read for the one that asks.
  defp one_of(rows, op, table, tenant) do
    row = some(rows, table, tenant)
    %{"op" => op, "table" => table, "key" => key_of(table, row), "of" => row["organization_id"]}
  end

  # A row of either tenant, now and then one that is not there.
  defp some(rows, table, tenant) do
    none = %{"id" => 9999, "organization_id" => 1, "user_id" => 9999, "tag_id" => 9999}
    none = if table == "users_tags", do: none, else: Map.merge(none, input(table, rows))
    all = there(rows, table)
    own = Enum.filter(all, &(&1["organization_id"] == tenant))
    any_of(any([all, own, own, []]), none)
  end

  defp key(rows, table, tenant), do: key_of(table, some(rows, table, tenant))

  defp id(rows, table) do
    if :rand.uniform(8) == 1,
      do: 9999,
      else: any_of(for(row <- there(rows, table), do: row["id"]), 9999)
  end

  defp there(rows, table) do
    for {{^table, _}, row} <- Enum.sort(rows), do: row
  end

  ## What Ash answers

  defp answer(operation) do
    table = operation["table"]

    case ask(operation["op"], @tables[table], tenant(operation["tenant"]), operation) do
      {:ok, number} when is_integer(number) -> %{"ok" => number}
      {:ok, records} when is_list(records) -> %{"ok" => keys_of(records)}
      {:ok, nil} -> %{"ok" => []}
      {:ok, record} -> %{"ok" => keys_of([record])}
      :ok -> %{"ok" => []}
      %Ash.BulkResult{status: :success, records: records} -> %{"ok" => keys_of(records || [])}
      %Ash.BulkResult{errors: errors} -> %{"error" => told(errors)}
      {:error, error} -> %{"error" => told([error])}
    end
  rescue
    error -> %{"raised" => inspect(error.__struct__)}
  end

  defp keys_of(records) do
    records
    |> Enum.map(fn record ->
      table = AshPostgres.DataLayer.Info.table(record.__struct__)
      for name <- keys(table), do: Map.get(record, String.to_existing_atom(name))
    end)
    |> Enum.sort()
  end

  defp told(errors) do
    errors
    |> Enum.flat_map(fn
      %{errors: inner} -> told(inner)
      error -> [[error.__struct__ |> Module.split() |> List.last(), field(error)]]
    end)
    |> Enum.sort()
  end

  defp field(%{field: field}), do: field
  defp field(%{input: input}), do: input
  defp field(_), do: nil

  defp ask("read", resource, tenant, _), do: Ash.read(resource, tenant)
  defp ask("count", resource, tenant, _), do: Ash.count(resource, tenant)
  defp ask("get", resource, tenant, o), do: Ash.get(resource, atoms(o["key"]), tenant)

  defp ask("filter", resource, tenant, o) do
    filter = %{String.to_existing_atom(o["path"]) => atoms(%{o["field"] => o["value"]})}
    resource |> Ash.Query.do_filter(filter) |> Ash.read(tenant)
  end

  defp ask("exists", resource, tenant, o) do
    field = Ash.Expr.ref(String.to_existing_atom(o["field"]))
    value = o["value"]
    path = [String.to_existing_atom(o["path"])]
    exists = Ash.Query.Exists.new(path, Ash.Expr.expr(^field == ^value))
    resource |> Ash.Query.do_filter(exists) |> Ash.read(tenant)
  end

  defp ask("load", resource, tenant, o) do
    path = String.to_existing_atom(o["path"])

    with {:ok, record} <- found(resource, tenant, o),
         {:ok, record} <- Ash.load(record, path, tenant),
         do: {:ok, Map.get(record, path)}
  end

  defp ask("create", resource, tenant, o), do: Ash.create(resource, atoms(o["input"]), tenant)

  defp ask("upsert", resource, tenant, o) do
    identity = o["identity"] && String.to_existing_atom(o["identity"])
    fields = Enum.map(o["fields"], &String.to_existing_atom/1)
    options = [upsert?: true, upsert_identity: identity, upsert_fields: fields]
    Ash.create(resource, atoms(o["input"]), tenant ++ options)
  end

  defp ask("bulk_create", resource, tenant, o) do
    Ash.bulk_create(Enum.map(o["inputs"], &atoms/1), resource, :create, tenant ++ bulk())
  end

  defp ask("update", resource, tenant, o) do
    with {:ok, record} <- found(resource, tenant, o),
         do: Ash.update(record, atoms(o["input"]), tenant)
  end

  defp ask("update_record", resource, tenant, o) do
    with {:ok, record} <- found(resource, tenant(o["of"]), o),
         do: Ash.update(record, atoms(o["input"]), tenant)
  end

  defp ask("destroy", resource, tenant, o) do
    with {:ok, record} <- found(resource, tenant, o), do: Ash.destroy(record, tenant)
  end

  defp ask("destroy_record", resource, tenant, o) do
    with {:ok, record} <- found(resource, tenant(o["of"]), o), do: Ash.destroy(record, tenant)
  end

  defp ask("bulk_update", resource, tenant, o) do
    options = tenant ++ bulk() ++ [strategy: String.to_existing_atom(o["strategy"])]
    Ash.bulk_update(resource, :update, atoms(o["input"]), options)
  end

  defp ask("bulk_destroy", resource, tenant, o) do
    options = tenant ++ bulk() ++ [strategy: String.to_existing_atom(o["strategy"])]
    resource |> Ash.Query.do_filter(atoms(o["where"])) |> Ash.bulk_destroy(:destroy, %{}, options)
  end

  defp ask("managed", resource, tenant, o) do
    path = String.to_existing_atom(o["path"])

    resource
    |> Ash.Changeset.new()
    |> Ash.Changeset.manage_relationship(path, atoms(o["new"]), type: :create)
    |> Ash.Changeset.for_create(:create, atoms(o["input"]), tenant)
    |> Ash.create()
  end

  defp ask("retag", resource, tenant, o) do
    with {:ok, record} <- found(resource, tenant, o) do
      record
      |> Ash.Changeset.for_update(:update, %{}, tenant)
      |> Ash.Changeset.manage_relationship(:tags, o["tags"], type: :append_and_remove)
      |> Ash.update()
    end
  end

  defp found(resource, tenant, o) do
    Ash.get(resource, Map.new(Enum.zip(names(o["table"]), o["key"])), tenant)
  end

  defp names(table), do: table |> keys() |> Enum.map(&String.to_existing_atom/1)

  defp atoms(map),
    do: Map.new(map, fn {name, value} -> {String.to_atom(name), value} end)

  defp bulk,
    do: [return_records?: true, return_errors?: true, stop_on_error?: true, transaction: :all]
end

[seed, count, path | _] = System.argv()
Tenants.run(String.to_integer(seed), String.to_integer(count), path)
