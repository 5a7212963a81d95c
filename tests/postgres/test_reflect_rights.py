from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.support import reflect

from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.server import Server
from ash_scaffold.postgres.url import URL


@pytest.fixture
def guest(postgres: Server, run_ddl: Callable[..., None]) -> Iterator[str]:
    """A role that may do nothing."""
    url = postgres.url("postgres")
    run_ddl(url, "CREATE ROLE guest LOGIN")
    yield "guest"
    run_ddl(url, "DROP ROLE guest")


def as_guest(url: URL, guest: str, *schemas: str) -> Database:
    with read_only(url.set(username=guest)) as connection:
        return reflect(connection, schemas=schemas)


def test_a_role_without_rights_reads_the_catalog_all_the_same(
    make_database: Callable[..., URL], run_ddl: Callable[..., None], guest: str
) -> None:
    url = make_database(f"""
        CREATE SCHEMA closed;
        CREATE TABLE closed.t (a int);
        CREATE TABLE nothing (a int CHECK (a > 0), b int);
        CREATE TABLE part (a int, b int);
        CREATE TABLE whole (a int);
        GRANT SELECT ON ALL TABLES IN SCHEMA closed TO {guest};
        GRANT SELECT (b), INSERT (a) ON part TO {guest};
        GRANT SELECT, UPDATE ON whole TO {guest};
        CREATE VIEW open AS SELECT a FROM whole;
        GRANT SELECT, INSERT ON open TO {guest};
    """)
    database = as_guest(url, guest, "public", "closed")
    run_ddl(url, f"DROP OWNED BY {guest}")

    assert [
        (
            str(table.name),
            table.readable,
            [column.name for column in table.columns if column.readable],
            table.writable,
            table.updatable,
        )
        for table in database.tables
    ] == [
        ("closed.t", False, [], False, False),
        ("nothing", False, [], False, False),
        ("open", True, ["a"], True, False),
        ("part", True, ["b"], True, False),
        ("whole", True, ["a"], False, True),
    ]
    assert [check.expression for check in database.table(Name("public", "nothing")).checks] == [
        "(a > 0)"
    ]


def test_the_servers_identity_needs_a_right(make_database: Callable[..., URL], guest: str) -> None:
    url = make_database("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")

    assert as_guest(url, guest, "public").identity is None
