from __future__ import annotations

import pytest
from tests.support import Output
from tests.torture import servers
from tests.torture.generated import torture

from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.server import Server


@pytest.fixture(scope="session")
def torture_database(postgres: Server) -> Database:
    """All of the torture schema that the server of the tests has."""
    script = servers.whole(postgres.installation.major)
    return servers.read(servers.load(postgres.url("postgres"), "torture", script))


@pytest.fixture(scope="session")
def torture_output(torture_database: Database) -> Output:
    return torture(torture_database)
