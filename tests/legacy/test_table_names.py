"""Tables that code names as text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.table_names import TableNames, named_tables
from ash_scaffold.postgres.catalog import Name

USERS, TAGS, ENTRIES = Name("public", "users"), Name("public", "tags"), Name("ledger", "entries")


@pytest.mark.parametrize(
    ("code", "table", "via"),
    [
        ('from("users", where: [id: 1])', USERS, "from"),
        ('from u in "users", select: u.id', USERS, "from"),
        ('from(a in A, join: u in "users", on: true)', USERS, "from"),
        ('from(a in A, left_join: u in "users", on: true)', USERS, "from"),
        ('from e in "entries", prefix: "ledger"', ENTRIES, "from"),
        ('from u in "users", join: e in E, on: true, prefix: "ledger"', USERS, "from"),
        ('from a in A, join: e in "entries", on: true, prefix: "ledger"', ENTRIES, "from"),
        ('from a in A, prefix: "ledger", join: u in "users", on: true', USERS, "from"),
        ('from u in "users", as: :u, prefix: "public"', USERS, "from"),
        ('join(q, :left, [a], u in "users", on: true)', USERS, "from"),
        ('join(q, :left, [a], e in "entries", on: true, prefix: "ledger")', ENTRIES, "from"),
        ('"users" |> Repo.all()', USERS, "Repo.all"),
        ('Repo.insert_all("users", [])', USERS, "Repo.insert_all"),
        ('from {"users", User}', USERS, "from"),
        ('from(a in A, join: "users")', USERS, "from"),
        ('from(a in A, join: u in {"users", User}, on: true)', USERS, "from"),
        ('join(q, :inner, [a], "users", on: true)', USERS, "join"),
        ('q |> join(:inner, [a], "users", on: true)', USERS, "join"),
        ('"users" |> where([u], u.id == 1) |> select([u], u.id) |> Repo.all()', USERS, "where"),
        ('Ecto.Query.from("users")', USERS, "Ecto.Query.from"),
        ('App.ReadRepo.one!("users")', USERS, "App.ReadRepo.one!"),
        ('{"users", User} |> Repo.get(1)', USERS, "Repo.get"),
        ('Repo.insert_all("entries", [], prefix: "ledger")', ENTRIES, "Repo.insert_all"),
        ('multi |> Multi.insert_all(:a, "users", [])', USERS, "Multi.insert_all"),
        ('Ecto.Multi.all(multi, :a, "users")', USERS, "Ecto.Multi.all"),
        ('Ecto.put_meta(user, source: "users")', USERS, "Ecto.put_meta"),
        ('Repo.query("SELECT * FROM users WHERE id = $1", [1])', USERS, "Repo.query"),
        ('Ecto.Adapters.SQL.query!(Repo, "UPDATE users SET a = 1")', USERS,
         "Ecto.Adapters.SQL.query!"),
        ('execute("TRUNCATE users")', USERS, "execute"),
        ('fragment("EXISTS (SELECT 1 FROM public.users)")', USERS, "fragment"),
        ('Repo.query!("""\n  select 1\n  from a join \\"users\\" u on true\n  """)', USERS,
         "Repo.query!"),
        ('Repo.query!("SELECT 1 FROM ledger.entries")', ENTRIES, "Repo.query!"),
        ('Repo.query!("SELECT 1 FROM tags t, users u")', TAGS, "Repo.query!"),
        ('"DELETE FROM users WHERE id = #{id}" |> Repo.query!()', USERS, "Repo.query!"),
        ('sql = ~s(INSERT INTO users (a) VALUES (1))', USERS, "SQL"),
        ('sql = "WITH a AS (SELECT 1 FROM users) SELECT 1"', USERS, "SQL"),
        ('@sql "SELECT 1 FROM users"', USERS, "SQL"),
        ('@sql ~S"SELECT 1 FROM users"', USERS, "SQL"),
        ('Repo.query!("VACUUM (ANALYZE, VERBOSE) users")', USERS, "Repo.query!"),
        ('Repo.query!("ALTER TABLE IF EXISTS ONLY users ADD a int")', USERS, "Repo.query!"),
        ('SQL.query(Repo, "SELECT 1 FROM \\"ledger\\".\\"entries\\"", [])', ENTRIES, "SQL.query"),
        ('Repo.query!("WITH users AS (SELECT 1 FROM users) SELECT 1 FROM users")', USERS,
         "Repo.query!"),
        ('Repo.query!("DO $$BEGIN EXECUTE \'TRUNCATE users\'; END$$")', USERS, "Repo.query!"),
        ('Repo.query!("DO $$BEGIN EXECUTE format(\'TABLE users %s\', 1); END$$")', USERS,
         "Repo.query!"),
        ('Repo.query!("SELECT \'--\', 1 FROM users -- tags")', USERS, "Repo.query!"),
    ],
)  # fmt: skip
def test_tables_that_are_named_as_text(code: str, table: Name, via: str) -> None:
    file = ElixirFile("lib/a.ex", f"defmodule A do\n  def a do\n    {code}\n  end\nend\n".encode())
    named = named_tables(file, TableNames([USERS, TAGS, ENTRIES]))
    found = [(each.table, each.via) for each in named]
    assert found[0] == (table, via)
    assert len(found) == (2 if "tags t, users u" in code else 1)


@pytest.mark.parametrize(
    "code",
    [
        'plug :assign, "users"',
        '%{"users" => 1}',
        'IO.puts("Select users from users")',
        'x in ["users"]',
        'from u in "users", prefix: "ledger"',
        'where(q, [u], u.kind == "users")',
        'from(u in A, where: u.kind == "users")',
        'from(u in A, select: %{kind: "users"})',
        'Repo.get_by(Setting, name: "users")',
        'Map.get(params, "users")',
        'params |> Map.get("users")',
        'get("users", UserController, :index)',
        'Path.join("priv", "users")',
        'join(q, :inner, [a], b in B, on: "users")',
        'new() |> from("users")',
        'Logger.info("vacuum users")',
        'Mix.shell().info("drop users")',
        'Repo.query("SELECT users FROM accounts")',
        'Repo.query("SELECT 1 FROM other.users")',
        'Repo.query("SELECT 1 FROM users_old")',
        'Repo.query("SELECT 1 FROM #{users}")',
        'Repo.query("SELECT 1 WHERE a IS NOT DISTINCT FROM users")',
        'Repo.query("SELECT extract(epoch FROM users), trim(both from users)")',
        'Repo.query("SELECT 1 -- FROM users")',
        'Repo.query("SELECT 1 /* FROM users */")',
        "Repo.query(\"SELECT 'copied from users'\")",
        'Repo.query("WITH users AS (SELECT 1) SELECT 1 FROM users")',
        'Repo.query("WITH a AS (SELECT (1)), users (id) AS MATERIALIZED (SELECT 1) TABLE users")',
        'Repo.query("WITH RECURSIVE users AS (SELECT 1 UNION SELECT 1 FROM users) TABLE users")',
    ],
)
def test_text_that_names_no_table(code: str) -> None:
    file = ElixirFile("lib/a.ex", f"defmodule A do\n  def a do\n    {code}\n  end\nend\n".encode())
    assert list(named_tables(file, TableNames([USERS]))) == []


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    source = f'defmodule A do\n  def a, do: Repo.query("SELECT 1 FROM users {text}\n  {text}\nend\n'
    file = ElixirFile("lib/a.ex", source.encode("utf-8", "replace"))
    for named in named_tables(file, TableNames([USERS])):
        assert (named.node.type in ("string", "sigil"), named.table) == (True, USERS)
    assert all(node.type for node in file.names())
