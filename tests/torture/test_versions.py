"""One schema is one set of facts, whichever server holds it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.databases import run_ddl
from tests.torture import servers
from tests.torture.generated import torture

from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.server import Server, throwaway_server
from ash_scaffold.problem import Code, ScaffoldError

OLDER = (13, 14, 15, 16, 17)


@pytest.fixture(scope="module")
def common_database(postgres: Server) -> Database:
    url = servers.load(postgres.url("postgres"), "torture_common", servers.common())
    return servers.read(url)


@pytest.fixture(scope="module", params=OLDER)
def older_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    major: int = request.param
    installation = servers.installations().get(major)
    if installation is None:
        pytest.skip(f"no PostgreSQL {major} here or in {servers.VARIABLE}")
    with throwaway_server(installation) as server:
        yield server


def test_an_older_server_gives_the_same_facts_and_modules(
    older_server: Server, common_database: Database
) -> None:
    url = servers.load(older_server.url("postgres"), "torture", servers.common())
    found = servers.read(url)

    assert found.server_version // 10000 == older_server.installation.major
    assert servers.facts(found) == servers.facts(common_database)
    assert torture(found).modules == torture(common_database).modules


def test_what_is_newer_than_a_server_changes_nothing_else(
    torture_database: Database, common_database: Database
) -> None:
    common = {table.name: table for table in servers.facts(common_database).tables}
    whole = {table.name: table for table in servers.facts(torture_database).tables}
    added = {str(name) for name in whole.keys() - common.keys()}

    assert {name: whole[name] for name in common} == common
    assert {"one_null", "partly_nullified"} <= added


def test_the_server_before_the_oldest_is_refused() -> None:
    installation = servers.installations().get(12)
    if installation is None:
        pytest.skip(f"no PostgreSQL 12 in {servers.VARIABLE}")
    with throwaway_server(installation) as server, pytest.raises(ScaffoldError) as raised:
        servers.read(server.url("postgres"))
    (problem,) = raised.value.problems
    assert (problem.code, problem.what) == (
        Code.SERVER_TOO_OLD,
        "The server is PostgreSQL 12; 13 is the oldest that can be read.",
    )


def test_a_role_with_few_rights_reads_the_same_facts(
    postgres: Server, common_database: Database
) -> None:
    # A role belongs to the server: the schema read as a dump there may have made it without LOGIN.
    run_ddl(postgres.url("postgres"), "ALTER ROLE torture_reader LOGIN")
    url = postgres.url("torture_common").set(username="torture_reader")
    found = {table.name: table for table in servers.read(url).tables}
    closed = {str(name) for name, table in found.items() if not table.readable}
    hidden = {
        f"{name}.{column.name}"
        for name, table in found.items()
        for column in table.columns
        if table.readable and not column.readable
    }

    assert found.keys() == {table.name for table in common_database.tables}
    assert {name for name in closed if "." not in name} == {"closed"}
    assert hidden == {"half_open.hidden"}
    assert [
        (code, where)
        for code, where, _ in torture(servers.read(url)).problems()
        if where in ("closed", "half_open", "half_open.hidden")
    ] == [("table-unreadable", "closed"), ("column-unreadable", "half_open.hidden")]
