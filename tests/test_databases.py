"""A database that is taken again is as a new one."""

from __future__ import annotations

from itertools import count

import psycopg
import pytest
from tests.databases import Databases, as_uri, run_ddl

from ash_scaffold.postgres.server import Server

_LOOK = """
SELECT nspname, pg_get_userbyid(nspowner), nspacl::text, obj_description(oid, 'pg_namespace')
FROM pg_namespace ORDER BY nspname
"""
_DDL = """
CREATE EXTENSION citext;
CREATE SCHEMA other;
CREATE EXTENSION hstore SCHEMA other;
CREATE TYPE other.mood AS ENUM ('glad');
CREATE TABLE things (id serial PRIMARY KEY, mood other.mood);
CREATE VIEW other.those AS SELECT * FROM things;
CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
"""


# The module's fixtures are made again where another worker has taken tests out of its middle.
_MADE = count(1)


@pytest.fixture(scope="module")
def databases(postgres: Server, postgres_major: int) -> Databases:
    return Databases(postgres, postgres_major, f"reused_{next(_MADE)}")


def test_is_taken_again_and_as_new(databases: Databases) -> None:
    first, other = databases.take(), databases.take()
    run_ddl(first, _DDL)
    left_open = psycopg.connect(as_uri(first))
    left_open.execute("SELECT * FROM things")
    databases.give_back(first)
    left_open.close()
    again = databases.take()
    assert again == first
    with psycopg.connect(as_uri(again)) as used, psycopg.connect(as_uri(other)) as new:
        assert used.execute(_LOOK).fetchall() == new.execute(_LOOK).fetchall()
    for url in (again, other):
        databases.give_back(url)


@pytest.mark.parametrize(
    "ddl",
    [
        "ALTER DATABASE {0} SET search_path = other",
        "COMMENT ON DATABASE {0} IS 'mine'",
        "ALTER DATABASE {0} CONNECTION LIMIT 5",
        "GRANT CREATE ON DATABASE {0} TO pg_monitor",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor",
        "CREATE CAST (text AS int) WITH INOUT",
        "CREATE PUBLICATION all_of_it",
        "SELECT lo_create(0)",
        "CREATE FUNCTION pg_catalog.one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_is_not_taken_again_when_something_stays(databases: Databases, ddl: str) -> None:
    first = databases.take()
    run_ddl(first, "SET allow_system_table_mods = on;" + ddl.format(first.database))
    databases.give_back(first)
    second = databases.take()
    assert second != first
    databases.give_back(second)
