"""The torture schema, and the PostgreSQL servers of this machine to try it on."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
from msgspec import structs
from psycopg import sql
from tests.support import reflect

from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.installation import (
    Installation,
    embedded_installation,
    installation_at,
    local_installations,
)
from ash_scaffold.postgres.url import URL

HERE = Path(__file__).parent
SCHEMAS = ("public", "billing", "Odd.Schema #{1}")
# Folders with the programs of further servers, as in PATH.
VARIABLE = "ASH_SCAFFOLD_POSTGRES_DIRS"


def common() -> str:
    """Return the part of the schema that every supported server has."""
    return _joined("[0-9]*.sql")


def whole(major: int) -> str:
    """Return the schema with all that a server of that major version has."""
    later = [path for path in HERE.glob("schema/since_*.sql") if _since(path) <= major]
    return common() + "".join(path.read_text() for path in sorted(later))


def rows(major: int) -> str:
    """Return the statements that fill the tables."""
    later = [path for path in HERE.glob("data_since_*.sql") if _since(path) <= major]
    return "".join(path.read_text() for path in (HERE / "data.sql", *sorted(later)))


def installations() -> dict[int, Installation]:
    """Find one server of each major version, the embedded one before others of its version."""
    folders = filter(None, os.environ.get(VARIABLE, "").split(os.pathsep))
    found = [*(installation_at(Path(folder)) for folder in folders), *local_installations()]
    by_major = {one.major: one for one in found if one is not None}
    embedded = embedded_installation()
    return by_major if embedded is None else {**by_major, embedded.major: embedded}


def load(administration: URL, name: str, *scripts: str) -> URL:
    """Make a database in which the scripts were run, one transaction each."""
    _run(
        administration,
        sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)),
    )
    url = administration.set(database=name)
    for script in scripts:
        _run(url, sql.SQL(script))
    return url


def read(url: URL) -> Database:
    """Reflect all schemas of the torture schema."""
    with read_only(url) as connection:
        return reflect(connection, schemas=SCHEMAS)


def facts(database: Database) -> Database:
    """Leave out what says which database, server and object it is, not what is in it."""
    tables = tuple(
        structs.replace(
            table,
            oid=0,
            columns=tuple(structs.replace(column, attnum=0) for column in table.columns),
        )
        for table in database.tables
    )
    types = {name: structs.replace(type_, oid=0) for name, type_ in database.types.items()}
    return structs.replace(
        database,
        server_version=0,
        tables=tables,
        types=types,
        extensions=(),
        identity=None,
        name="",
    )


def _joined(pattern: str) -> str:
    return "".join(path.read_text() for path in sorted(HERE.glob(f"schema/{pattern}")))


def _since(path: Path) -> int:
    return int(path.stem.rpartition("_")[2])


def _run(url: URL, statement: sql.SQL | sql.Composed) -> None:
    uri = url.uri
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(statement)
