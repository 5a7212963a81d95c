"""Schemas before and after a tweak, each in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.reflect import reflect
from ash_scaffold.postgres.server import Server

NAME = "compare"


@pytest.fixture(scope="session")
def scratch(postgres: Server) -> Iterator[Connection]:
    """Give a connection to a database with nothing in it."""
    url = postgres.url("postgres").set(drivername="postgresql")
    address = url.render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as administration:
        administration.execute(f"CREATE DATABASE {NAME} TEMPLATE template0")
    engine = create_engine(postgres.url(NAME), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def tweaked(scratch: Connection) -> Iterator[Callable[..., tuple[Database, ...]]]:
    """Give `tweaked(ddl, tweak, …) -> (Database, Database, …)`: what is there after each text."""

    def run(*statements: str, schemas: tuple[str, ...] = ("public",)) -> tuple[Database, ...]:
        found = []
        for statement in statements:
            scratch.execute(text("SET LOCAL search_path = public"))
            scratch.connection.cursor().execute(statement)
            scratch.execute(text("SET LOCAL search_path = ''"))
            found.append(reflect(scratch, schemas=schemas))
        return tuple(found)

    with scratch.begin() as transaction:
        yield run
        transaction.rollback()
