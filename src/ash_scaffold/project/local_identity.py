"""The names in a database at the last run, by object ids: renames are certain with them.

Object ids and attribute numbers belong to one database and not to the team, so each database has
a file of its own, in a folder that git ignores. It is a convenience: a file that is missing or
broken only means that renames have to be detected from evidence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import msgspec

from ash_scaffold.postgres.catalog import Database, Name, ServerIdentity, Table
from ash_scaffold.postgres.compare import NO_EARLIER_NAMES, EarlierNames, EarlierTable
from ash_scaffold.problem import Code, Problem, Severity
from ash_scaffold.project.snapshot import FOLDER as SNAPSHOTS
from ash_scaffold.project.snapshot import decode_json
from ash_scaffold.regular_file import read_file

FOLDER = f"{SNAPSHOTS}/.local"
IGNORE_PATH = f"{FOLDER}/.gitignore"
IGNORE = b"*\n"
VERSION = 1
_UNSAFE = re.compile(r"[^A-Za-z0-9]")


class TableIdentity(msgspec.Struct, frozen=True):
    """A relation's name, and its columns' names by `attnum`."""

    name: Name
    columns: dict[int, str]


class LocalIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """The relations of one database by `pg_class.oid`."""

    version: int = VERSION
    tables: dict[int, TableIdentity] = {}


NO_IDENTITY = LocalIdentity()


class Reading(msgspec.Struct, frozen=True):
    """The content of a file, and a note when it can't be read."""

    identity: LocalIdentity
    problems: tuple[Problem, ...] = ()


def identity_path(server: ServerIdentity) -> str:
    """Return the path of a database's file, relative to the project."""
    system = _UNSAFE.sub("_", server.system_identifier)
    return f"{FOLDER}/{system}-{server.database_oid}.json"


def read_identity(content: bytes | None, where: str) -> Reading:
    """Read a file's bytes, None when there is none. An unreadable file counts as missing."""
    if content is None:
        return Reading(NO_IDENTITY)
    try:
        identity = decode_json(content, LocalIdentity)
        if identity.version == VERSION:
            return Reading(identity)
        fault = f"it is of version {identity.version}, and this ash-scaffold reads {VERSION}"
    except msgspec.DecodeError as error:
        fault = str(error)
    return _unreadable(where, fault)


def _unreadable(where: str, fault: str) -> Reading:
    return Reading(
        NO_IDENTITY,
        (
            Code.SNAPSHOT_INVALID.at(
                where,
                f"The local identity of this database can't be read: {fault}. Renames are "
                "detected from the schema alone.",
                todo="Nothing: the next run that writes puts it right.",
                severity=Severity.NOTE,
            ),
        ),
    )


def encode_identity(identity: LocalIdentity) -> bytes:
    """Write the file, one line for each table, in order of oid."""
    lines = ",\n".join(
        f'    "{oid}": {msgspec.json.encode(identity.tables[oid]).decode()}'
        for oid in sorted(identity.tables)
    )
    tables = f"{{\n{lines}\n  }}" if lines else "{}"
    return f'{{\n  "version": {identity.version},\n  "tables": {tables}\n}}\n'.encode()


def updated(
    identity: LocalIdentity, database: Database, written: Collection[Name] | None = None
) -> LocalIdentity:
    """Return the identity to write after a run that wrote the snapshots of some tables, or of all.

    Other tables stay as they were, so that a rename is still one for the run that writes their
    snapshot; except for new ones, and those that were dropped from the schemas that were read.
    """
    unread = _unread(database)
    tables = {
        oid: old
        for oid, old in identity.tables.items()
        if old.name.schema not in database.schemas or old.name in unread
    }
    for table in database.tables:
        if table.name in unread:
            continue
        old_table = identity.tables.get(table.oid)
        if old_table is not None and written is not None and table.name not in written:
            tables[table.oid] = old_table
        else:
            tables[table.oid] = TableIdentity(
                table.name, {column.attnum: column.name for column in table.columns}
            )
    return LocalIdentity(tables=tables)


def earlier_names(identity: LocalIdentity, database: Database) -> EarlierNames:
    """Return the names that today's objects had at the run that stored `identity`."""
    if not identity.tables:
        return NO_EARLIER_NAMES
    here, unread = {table.oid for table in database.tables}, _unread(database)
    return EarlierNames(
        tables={
            table.name: _earlier_table(identity.tables[table.oid], table)
            for table in database.tables
            if table.oid in identity.tables and identity.tables[table.oid].name not in unread
        },
        dropped=frozenset(
            old.name
            for oid, old in identity.tables.items()
            if oid not in here and old.name.schema in database.schemas and old.name not in unread
        ),
    )


def _unread(database: Database) -> frozenset[Name]:
    """Return the tables that are as a snapshot has them, so without an oid."""
    return frozenset(table.name for table in database.tables if not table.oid)


def local_files(identity: LocalIdentity, server: ServerIdentity) -> Mapping[str, bytes]:
    """Return the files to write: the database's own, and a `.gitignore` for the folder."""
    return {IGNORE_PATH: IGNORE, identity_path(server): encode_identity(identity)}


def _earlier_table(old: TableIdentity, table: Table) -> EarlierTable:
    here = {column.attnum: column.name for column in table.columns}
    return EarlierTable(
        name=old.name,
        columns={here[attnum]: name for attnum, name in old.columns.items() if attnum in here},
        dropped=frozenset(name for attnum, name in old.columns.items() if attnum not in here),
    )


class StoredIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """The local identity of a database from an earlier run, and its comparison with today.

    `server` is None for a throw-away database, of which nothing is stored.
    """

    server: ServerIdentity | None = None
    identity: LocalIdentity = NO_IDENTITY
    earlier: EarlierNames = NO_EARLIER_NAMES
    problems: tuple[Problem, ...] = ()

    def files(self, database: Database, written: Iterable[Name]) -> dict[str, bytes | None]:
        """Return the files to write after a run that wrote the snapshots of those tables."""
        if self.server is None:
            return {}
        now = updated(self.identity, database, frozenset(written))
        return dict(local_files(now, self.server))


def read_stored_identity(root: Path, database: Database, *, throwaway: bool) -> StoredIdentity:
    """Read the local identity of a database; none for a throw-away database."""
    server = database.identity
    if server is None or throwaway:
        return StoredIdentity()
    path = identity_path(server)
    try:
        reading = read_identity(read_file(root / path), path)
    except FileNotFoundError:
        reading = read_identity(None, path)
    except OSError as error:
        reading = _unreadable(path, str(error.strerror))
    return StoredIdentity(
        server=server,
        identity=reading.identity,
        earlier=earlier_names(reading.identity, database),
        problems=reading.problems,
    )
