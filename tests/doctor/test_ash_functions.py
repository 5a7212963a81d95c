"""The functions behind "ash-functions", made in a legacy migration."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql

from ash_scaffold.doctor.ash_functions import CALLED, migration, statements
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.reflect import RoleAndFunctions, read_role_and_functions
from ash_scaffold.postgres.server import SUPERUSER
from ash_scaffold.postgres.url import URL
from ash_scaffold.syntax.parse import parse

MakeDatabase = Callable[..., URL]


def test_the_migration_is_elixir_that_runs_the_statements() -> None:
    text = "\n".join(migration("App.Repo"))
    executed = re.findall(r'execute\("""\n(.*?)\n    """\)', text, re.DOTALL)
    assert parse(text.encode()).fault is None
    assert text.startswith("defmodule App.Repo.Migrations.AddAshFunctions do\n  use Ecto.Migration")
    assert [re.sub(r"^    ", "", each, flags=re.MULTILINE) for each in executed] == [*statements()]


def test_what_it_makes_it_drops_again(make_database: MakeDatabase) -> None:
    dropped = re.findall(r'execute\("(DROP .*)"\)', "\n".join(migration("App.Repo")))
    url = make_database(*statements(), *dropped)
    with read_only(url) as connection:
        assert read_role_and_functions(connection, CALLED).functions == ()


def test_a_role_sees_which_functions_are_there(make_database: MakeDatabase) -> None:
    with read_only(make_database(statements()[0])) as connection:
        found = read_role_and_functions(connection, CALLED)
    assert found == RoleAndFunctions(SUPERUSER, ("ash_elixir_or",))


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("ash_elixir_or(false, true)", True),
        ("ash_elixir_or(NULL::boolean, true)", True),
        ("ash_elixir_or(true, false)", True),
        ("ash_elixir_or(NULL::text, 'b'::text)", "b"),
        ("ash_elixir_or('a'::text, 'b'::text)", "a"),
        ("ash_elixir_and(true, false)", False),
        ("ash_elixir_and(false, true)", False),
        ("ash_elixir_and(NULL::boolean, true)", None),
        ("ash_elixir_and('a'::text, 'b'::text)", "b"),
        ("ash_elixir_and(NULL::text, 'b'::text)", None),
        ("ash_trim_whitespace(ARRAY['', 'a', '', 'b', ''])", ["a", "", "b"]),
        ("ash_trim_whitespace(ARRAY['', ''])", []),
        ("ash_trim_whitespace(ARRAY[NULL, ''])", [None]),
        ("ash_trim_whitespace('{}')", []),
        ("ash_required(5, '{}')", 5),
    ],
)
def test_they_do_what_elixir_does(make_database: MakeDatabase, call: str, result: object) -> None:
    with connect(make_database(*statements())) as connection:
        assert connection.execute(sql.SQL(f"SELECT {call}")).fetchall() == [(result,)]


@pytest.mark.parametrize(
    "call",
    [
        """ash_raise_error('{"input": 1}')""",
        """ash_raise_error('{"input": 1}', 5)""",
        """ash_required(NULL::int, '{"input": 1}')""",
    ],
)
def test_errors_are_raised_as_ash_reads_them(make_database: MakeDatabase, call: str) -> None:
    with (
        connect(make_database(*statements())) as connection,
        pytest.raises(psycopg.errors.RaiseException) as caught,
    ):
        connection.execute(sql.SQL(f"SELECT {call}"))
    assert caught.value.diag.message_primary == 'ash_error: {"input": 1}'


def connect(url: URL) -> psycopg.Connection:
    uri = url.uri
    return psycopg.connect(uri, autocommit=True)
