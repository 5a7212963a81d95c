from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import psycopg
import pytest
from tests.databases import run_client
from tests.support import reflect

from ash_scaffold.postgres import reflect as reflect_module
from ash_scaffold.postgres.answers import Question, ask
from ash_scaffold.postgres.connect import Connection, read_only
from ash_scaffold.postgres.server import Server
from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import Code, ScaffoldError

QUERIES = Path(reflect_module.__file__).with_name("queries")
FILES = sorted(QUERIES.glob("*.sql"))
ALSO = [file for name in ("advise", "tenants") for file in sorted((QUERIES / name).glob("*.sql"))]

TABLES = """
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE TABLE root (id int PRIMARY KEY);
    DO $$ BEGIN FOR i IN 1..{count} LOOP
      EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY CHECK (id > 0), m mood DEFAULT ''ok'','
        'root_id int REFERENCES root ON DELETE CASCADE, s text UNIQUE, v varchar(9)[])', i);
      EXECUTE format('COMMENT ON TABLE t%s IS ''x''; CREATE INDEX ON t%s (lower(s))', i, i);
    END LOOP; END $$
"""


@contextmanager
def sent(connection: Connection) -> Iterator[list[str]]:
    """Give the texts that are sent to the server, each in a round trip of its own."""
    texts: list[str] = []
    execute = connection.execute

    def note(text: bytes) -> object:
        texts.append(text.decode())
        return execute(text)

    with mock.patch.object(connection, "execute", note):
        yield texts


def executed(url: URL) -> tuple[int, list[str]]:
    """Return the number of tables that were read, and the texts that it took."""
    with read_only(url) as connection, sent(connection) as texts:
        database = reflect(connection)
    return len(database.tables), texts


def test_the_number_of_queries_does_not_depend_on_the_schema(
    make_database: Callable[..., URL],
) -> None:
    none, few = executed(make_database("SELECT 1"))
    one, some = executed(make_database(TABLES.format(count=0)))
    many, all_ = executed(make_database(TABLES.format(count=199)))

    assert (none, one, many) == (0, 1, 200)
    assert few == some == all_
    # Two round trips: all questions but those for identity and versions, then the first of these.
    assert [text.count(") AS answer") for text in all_] == [len(FILES) - 2, 1]


def test_the_answers_come_in_one_order_whatever_the_server_plans(
    make_database: Callable[..., URL], run_ddl: Callable[..., None]
) -> None:
    url = make_database(TABLES.format(count=300), "ANALYZE")
    settings = {
        "jit_above_cost": "0",
        "max_parallel_workers_per_gather": "4",
        "min_parallel_table_scan_size": "0",
        "min_parallel_index_scan_size": "0",
        "parallel_setup_cost": "0",
        "parallel_tuple_cost": "0",
    }
    run_ddl(url, *(f"ALTER DATABASE {url.database} SET {n} = {v}" for n, v in settings.items()))
    digests = set()
    for _ in range(3):
        with read_only(url) as connection:
            digests.add(ask(connection, Question()).digest)
    assert len(digests) == 1


@pytest.mark.parametrize("file", [*FILES, *ALSO], ids=lambda file: file.stem)
def test_a_query_asks_pg_catalog_only(file: Path) -> None:
    sql = re.sub(r"--.*", "", file.read_text(encoding="utf-8"))
    sources = re.findall(r"\b(?:FROM|JOIN)\s+(?!LATERAL\b)([a-z_.]+)", sql)
    own_names = set(re.findall(r"(?:WITH|WITH RECURSIVE|\),)\s+(\w+)(?: \(\w+\))? AS", sql))
    functions = {"generate_series", "regexp_matches", "unnest"}

    assert "information_schema." not in sql
    assert sources != []
    assert {
        source
        for source in sources
        if not source.startswith("pg_catalog.pg_") and source not in own_names | functions
    } == set()


@pytest.mark.parametrize("file", [*FILES, *ALSO], ids=lambda file: file.stem)
def test_a_query_runs_in_psql_as_it_stands(file: Path, postgres: Server) -> None:
    complaints = run_client(
        postgres,
        "psql",
        "postgres",
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--set=schemas='{public}'",
        "--set=partitions=false",
        "--set=source='schema_migrations'",
        "--command=SET search_path = ''",
        f"--file={file}",
    )

    assert complaints == ""


def test_a_server_before_13_is_refused(
    make_database: Callable[..., URL],
) -> None:
    old = property(lambda _info: 90624)
    with (
        read_only(make_database("SELECT 1")) as connection,
        mock.patch.object(psycopg.ConnectionInfo, "server_version", old),
        pytest.raises(ScaffoldError) as caught,
    ):
        reflect(connection)

    (problem,) = caught.value.problems
    assert problem.code is Code.SERVER_TOO_OLD
    assert problem.what == "The server is PostgreSQL 9.6; 13 is the oldest that can be read."
