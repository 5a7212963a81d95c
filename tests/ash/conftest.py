"""One scratch database for all golden cases, emptied before each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql
from tests.support import reflect

from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.server import Server
from ash_scaffold.postgres.tenant_schemas import TenantSchemas

_EMPTY = """
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT nspname FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', name);
  END LOOP;
END $$;
CREATE SCHEMA public;
"""


@pytest.fixture(scope="module")
def scratch(postgres: Server) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    url = postgres.url("postgres")
    with psycopg.connect(url.uri, autocommit=True) as server:
        server.execute("CREATE DATABASE scratch TEMPLATE template0")
        own = url.set(database="scratch").uri
        with psycopg.connect(own, autocommit=True) as connection:
            yield connection
        server.execute("DROP DATABASE scratch WITH (FORCE)")


@pytest.fixture
def reflect_scratch(
    postgres: Server, scratch: psycopg.Connection[tuple[object, ...]]
) -> Callable[..., Database]:
    """Give `reflect_scratch(ddl, schemas, tenants) -> Database`."""

    def from_ddl(
        ddl: str, schemas: tuple[str, ...] = ("public",), tenants: TenantSchemas | None = None
    ) -> Database:
        scratch.execute(_EMPTY)
        scratch.execute(sql.SQL(ddl))
        with read_only(postgres.url("scratch")) as connection:
            return reflect(connection, schemas=schemas, tenants=tenants)

    return from_ddl
