"""Schemas before and after a tweak, each in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql
from tests.support import reflect

from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.connect import Connection
from ash_scaffold.postgres.server import Server

NAME = "compare"


@pytest.fixture(scope="session")
def scratch(postgres: Server) -> Iterator[Connection]:
    """Give a connection to a database with nothing in it."""
    with psycopg.connect(postgres.url("postgres").uri, autocommit=True) as administration:
        administration.execute(f"CREATE DATABASE {NAME} TEMPLATE template0")
    with psycopg.connect(postgres.url(NAME).uri) as connection:
        yield connection


@pytest.fixture
def tweaked(scratch: Connection) -> Iterator[Callable[..., tuple[Database, ...]]]:
    """Give `tweaked(ddl, tweak, …) -> (Database, Database, …)`: what is there after each text."""

    def run(*statements: str, schemas: tuple[str, ...] = ("public",)) -> tuple[Database, ...]:
        found = []
        for statement in statements:
            scratch.execute("SET LOCAL search_path = public")
            scratch.execute(sql.SQL(statement))
            scratch.execute("SET LOCAL search_path = ''")
            found.append(reflect(scratch, schemas=schemas))
        return tuple(found)

    with scratch.transaction(force_rollback=True):
        yield run
