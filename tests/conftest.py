"""One throw-away PostgreSQL server for the run, and a fresh database for each test that asks."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import pytest
from msgspec import structs
from tests.databases import Databases, run_ddl
from tests.support import reflect

from ash_scaffold.postgres.catalog import Database, Table
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.installation import (
    Installation,
    embedded_installation,
    local_installations,
    nearest,
)
from ash_scaffold.postgres.server import Server, throwaway_server
from ash_scaffold.postgres.url import URL


def pytest_configure() -> None:
    """Let signals end what the tests start, also where nohup or `&` has them ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        type=int,
        metavar="MAJOR",
        help="test on the local PostgreSQL installation of that major, not the embedded one",
    )


@pytest.fixture(autouse=True, scope="session")
def _state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the tool keeps for its user out of the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def installation(pytestconfig: pytest.Config) -> Installation:
    major: int | None = pytestconfig.getoption("--postgres")
    if major is None:
        found = embedded_installation()
    else:
        found = nearest([each for each in local_installations() if each.major == major], major)
    assert found is not None, "the tests need the PostgreSQL of the extra 'embedded'"
    return found


@pytest.fixture(scope="session")
def postgres_major(installation: Installation) -> int:
    return installation.major


@pytest.fixture(scope="session")
def postgres(installation: Installation) -> Iterator[Server]:
    with throwaway_server(installation) as server:
        yield server


@pytest.fixture(scope="session")
def databases(postgres: Server, postgres_major: int) -> Databases:
    return Databases(postgres, postgres_major)


@pytest.fixture(name="run_ddl")
def _run_ddl() -> Callable[..., None]:
    """Give `run_ddl(url, *statements)`."""
    return run_ddl


@pytest.fixture
def make_database(databases: Databases) -> Iterator[Callable[..., URL]]:
    """Give `make_database(*statements) -> URL`: an empty database in which they were run."""
    taken: list[URL] = []

    def make(*statements: str) -> URL:
        url = databases.take()
        taken.append(url)
        run_ddl(url, *statements)
        return url

    yield make
    for url in taken:
        databases.give_back(url)


@pytest.fixture
def reflect_ddl(make_database: Callable[..., URL]) -> Callable[..., Database]:
    """Give `reflect_ddl(ddl, **options) -> Database`, without oids, attnums and identity."""

    def from_ddl(
        ddl: str, *, schemas: tuple[str, ...] = ("public",), partitions: bool = False
    ) -> Database:
        with read_only(make_database(ddl)) as connection:
            database = reflect(connection, schemas=schemas, partitions=partitions)
        return without_numbers(database)

    return from_ddl


def without_numbers(database: Database) -> Database:
    """Leave out what differs from one database to the next."""
    return structs.replace(
        database,
        tables=tuple(_table_without_numbers(table) for table in database.tables),
        types={name: structs.replace(type_, oid=0) for name, type_ in database.types.items()},
        identity=None,
        name="",
    )


def _table_without_numbers(table: Table) -> Table:
    columns = tuple(structs.replace(column, attnum=0) for column in table.columns)
    return structs.replace(table, oid=0, columns=columns)
