"""SQLAlchemy over a session that is open already: for questions about the users' own rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.pool import StaticPool

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from sqlalchemy.pool import PoolProxiedConnection

    from ash_scaffold.postgres import connect

_DRIVER = "postgresql+ash_scaffold"


class OpenDialect(PGDialect_psycopg):
    """SQLAlchemy's psycopg dialect, without what it does to a session on the first connection.

    It asks questions whose answers are of no use to plain SQL text, and ends the transaction after
    them; this one lasts as long as its session.
    """

    supports_statement_cache = True

    def initialize(self, connection: Connection) -> None:
        """Ask nothing: the version is known from the start of the session."""
        session = connection.connection.driver_connection
        version = int(session.info.server_version) if session is not None else 0
        self.server_version_info = (version // 10_000, version % 10_000)

    def do_rollback(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Leave the transaction to the session."""


registry.register("postgresql.ash_scaffold", __name__, OpenDialect.__name__)


@contextmanager
def sqlalchemy_connection(session: connect.Connection) -> Iterator[Connection]:
    """Give a connection of SQLAlchemy's in the transaction of a session, which ends with it."""
    engine = create_engine(
        f"{_DRIVER}://", creator=lambda: session, poolclass=StaticPool, use_native_hstore=False
    )
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
