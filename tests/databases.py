"""Databases of one server that tests take one after another: emptied, and taken again.

To make a database and to drop it takes the server about 60 ms, to empty one 3 ms.
"""

from __future__ import annotations

import subprocess

import psycopg
from psycopg import sql

from ash_scaffold.postgres.server import SUPERUSER, Server
from ash_scaffold.postgres.url import URL

# Dead rows in the catalog make a database slow after a while.
_USES = 40
# Objects of users have oids from 16384: FirstNormalObjectId of PostgreSQL's access/transam.h.
_TERMINATE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_EMPTY = """
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT extname FROM pg_extension WHERE oid >= 16384 LOOP
    EXECUTE format('DROP EXTENSION IF EXISTS %I CASCADE', name);
  END LOOP;
  FOR name IN SELECT nspname FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', name);
  END LOOP;
END $$;
"""
# As `template0` has it.
_PUBLIC = """
CREATE SCHEMA public AUTHORIZATION {owner};
GRANT {rights} ON SCHEMA public TO PUBLIC;
COMMENT ON SCHEMA public IS 'standard public schema';
"""
# What `DROP SCHEMA` leaves: settings, comments and rights of the database itself.
_OF_DATABASE = """
EXISTS (SELECT FROM pg_db_role_setting)
OR EXISTS (SELECT FROM pg_database LEFT JOIN pg_shdescription ON objoid = pg_database.oid
  WHERE datname = current_database()
  AND (objoid IS NOT NULL OR datacl IS NOT NULL OR datconnlimit <> -1 OR datistemplate))
OR (SELECT count(*) FROM pg_namespace WHERE oid >= 16384) > 1
"""


class Databases:
    """The databases of a server, those in use and those that can be taken."""

    def __init__(self, server: Server, major: int, prefix: str = "test") -> None:
        self._server = server
        self._major = major
        self._prefix = prefix
        self._made = 0
        self._free: list[str] = []
        self._uses: dict[str, int] = {}
        self._left_over = ""

    def take(self) -> URL:
        """Return an empty database, as `template0` is."""
        if self._free:
            name = self._free.pop()
        else:
            self._made += 1
            name = f"{self._prefix}_{self._made}"
            # The faster strategy without fsync.
            strategy = "STRATEGY file_copy" if self._major >= 15 else ""
            run_ddl(self._admin, f"CREATE DATABASE {name} TEMPLATE template0 {strategy}")
        self._uses[name] = self._uses.get(name, 0) + 1
        return self._server.url(name)

    def give_back(self, url: URL) -> None:
        """Empty a database for the next test, or drop it when something stays in it."""
        name = str(url.database)
        if self._uses[name] < _USES and self._is_emptied(url):
            self._free.append(name)
        else:
            run_ddl(self._admin, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    @property
    def _admin(self) -> URL:
        return self._server.url("postgres")

    def _is_emptied(self, url: URL) -> bool:
        owner, rights = ("pg_database_owner", "USAGE") if self._major >= 15 else (SUPERUSER, "ALL")
        try:
            with psycopg.connect(as_uri(url), autocommit=True) as connection:
                connection.execute("SET lock_timeout = 5000")
                connection.execute("SET client_min_messages = warning")
                connection.execute(_TERMINATE)
                connection.execute(_EMPTY)
                connection.execute(sql.SQL(_PUBLIC.format(owner=owner, rights=rights)))
                return self._has_nothing(connection)
        except psycopg.Error:
            return False

    def _has_nothing(self, connection: psycopg.Connection[tuple[object, ...]]) -> bool:
        """Whether no object of a user, and nothing of the database itself, is left."""
        if not self._left_over:
            rows = connection.execute(
                "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid "
                "WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' "
                "AND NOT relisshared AND attname = 'oid' AND relname <> 'pg_namespace'"
            )
            tables = [f"EXISTS (SELECT FROM {row[0]} WHERE oid >= 16384)" for row in rows]
            self._left_over = " OR ".join([*tables, _OF_DATABASE])
        found = connection.execute(sql.SQL(f"SELECT {self._left_over}")).fetchone()
        return found == (False,)


def run_ddl(url: URL, *statements: str) -> None:
    """Run each text, which may hold several statements, in a transaction of its own."""
    with psycopg.connect(as_uri(url), autocommit=True) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement))


def as_uri(url: URL) -> str:
    return url.uri


def run_client(server: Server, program: str, database: str, *arguments: str) -> str:
    """Run `psql` or `pg_dump` of the server's installation, and return what it complains of."""
    command = [
        str(server.programs / program),
        *arguments,
        f"--dbname={as_uri(server.url(database))}",
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr
