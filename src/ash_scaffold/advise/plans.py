"""Look-ups confirmed by PostgreSQL's plans of their SQL, on a copy of the schema without rows.

Every statement of a look-up is prepared as Ash or PostgreSQL itself sends it and planned without
sequential scans: where the plan still uses no index for it, none can serve it. Then the index that
is advised is made, and has to change that. Nothing is executed, and all is rolled back.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ash_scaffold.advise.indexes import MissingIndex
from ash_scaffold.advise.lookups import Lookup
from ash_scaffold.postgres.catalog import (
    Action,
    Database,
    Name,
    RelationKind,
    Table,
    Type,
    TypeKind,
    TypeUse,
)
from ash_scaffold.postgres.index_details import IndexDetails
from ash_scaffold.postgres.sql import quote_identifier
from ash_scaffold.postgres.stored_code import StoredCode
from ash_scaffold.postgres.type_text import type_text

if TYPE_CHECKING:
    import psycopg

    from ash_scaffold.postgres.url import URL

_PAGE = 20
_SETTINGS = (
    "SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan; "
    "SET LOCAL search_path = ''; SET LOCAL jit = off"
)
_ORDER = {
    "asc": "ASC",
    "desc": "DESC",
    "asc_nils_first": "ASC NULLS FIRST",
    "asc_nils_last": "ASC NULLS LAST",
    "desc_nils_first": "DESC NULLS FIRST",
    "desc_nils_last": "DESC NULLS LAST",
}


def statement(lookup: Lookup, kind: RelationKind = RelationKind.TABLE) -> str:
    """Return the SQL of a look-up, its values as parameters."""
    table = _qualified(lookup.table)
    only = "" if kind is RelationKind.PARTITIONED else "ONLY "
    conditions = [
        f"t0.{quote_identifier(name)} = ${number}" for number, name in enumerate(lookup.equal, 1)
    ]
    where = " AND ".join(conditions)
    if lookup.key is not None:
        match lookup.key.on_delete:
            case Action.CASCADE:
                return f"DELETE FROM {only}{table} AS t0 WHERE {where}"
            case Action.SET_NULL | Action.SET_DEFAULT:
                names = lookup.key.set_null_columns or lookup.key.columns
                value = "NULL" if lookup.key.on_delete is Action.SET_NULL else "DEFAULT"
                sets = ", ".join(f"{quote_identifier(name)} = {value}" for name in names)
                return f"UPDATE {only}{table} AS t0 SET {sets} WHERE {where}"
            case _:
                return f"SELECT 1 FROM {only}{table} AS t0 WHERE {where} FOR KEY SHARE OF t0"
    if not lookup.sort:
        if len(lookup.equal) == 1:
            where = f"t0.{quote_identifier(lookup.equal[0])} = ANY ($1)"
        return f"SELECT * FROM {table} AS t0 WHERE {where}"
    order = ", ".join(f"t0.{quote_identifier(name)} {_ORDER[way]}" for name, way in lookup.sort)
    where = f" WHERE {where}" if where else ""
    return f"SELECT * FROM {table} AS t0{where} ORDER BY {order} LIMIT {_PAGE}"


def is_served(
    plan: Mapping[str, Any], lookup: Lookup, keys: Mapping[str, tuple[str | None, ...]]
) -> bool:
    """Whether a plan (`EXPLAIN (FORMAT JSON)`, without sequential scans) uses an index for it.

    `keys` are the columns of a B-tree's keys by its name: what is asked of later ones alone makes
    PostgreSQL read the whole index.
    """
    nodes = list(_nodes(plan))
    kinds = {node["Node Type"] for node in nodes}
    if "Seq Scan" in kinds:
        return False
    if lookup.sort:
        return "Sort" not in kinds
    asked: set[str] = set()
    scans = [node for node in nodes if "Index Name" in node]
    for scan in scans:
        condition = str(scan.get("Index Cond", ""))
        columns = {name for name in lookup.equal if _names(condition, name)}
        leading = keys.get(str(scan["Index Name"]))
        if not columns or (leading is not None and set(leading[: len(columns)]) != columns):
            return False
        asked |= columns
    return asked == set(lookup.equal)


def _names(condition: str, column: str) -> bool:
    written = re.escape(quote_identifier(column))
    return re.search(rf'(?<![\w"]){written}(?![\w"])', condition) is not None


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


class Planner:
    """Plans look-ups in a database that may be written to: a throw-away one."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        kinds: Mapping[Name, RelationKind],
        indexes: Iterable[IndexDetails],
    ) -> None:
        self._connection = connection
        self._kinds = kinds
        self._keys = {
            each.name: tuple(key.column for key in each.keys)
            for each in indexes
            if each.method == "btree"
        }

    def needs(self, missing: MissingIndex) -> tuple[tuple[Lookup, ...], bool]:
        """Return the look-ups that nothing serves and the index would, and whether that is sure.

        It is not where the database refuses to say, as when a table is missing in it.
        """
        import psycopg

        found: list[Lookup] = []
        try:
            with self._connection.transaction(force_rollback=True):
                self._connection.execute(_SETTINGS)
                unserved = [each for each in missing.lookups if not self._is_served(each)]
                if unserved:
                    self._connection.execute(missing.sql())
                    found = [each for each in unserved if self._is_served(each)]
        except psycopg.Error:
            return missing.lookups, False
        return tuple(found), True

    def _is_served(self, lookup: Lookup) -> bool:
        text = statement(lookup, self._kinds.get(lookup.table, RelationKind.TABLE))
        values = ", ".join("NULL" for _ in lookup.equal)
        call = f"lookup({values})" if values else "lookup"
        connection = self._connection
        connection.execute(f"SET LOCAL enable_sort = {'off' if lookup.sort else 'on'}")
        connection.execute(f"PREPARE lookup AS {text}")
        try:
            row = connection.execute(f"EXPLAIN (FORMAT JSON) EXECUTE {call}").fetchone()
        finally:
            if connection.info.transaction_status.name != "INERROR":
                connection.execute("DEALLOCATE lookup")
        assert row is not None
        return is_served(row[0][0]["Plan"], lookup, self._keys)


@contextmanager
def planner(
    url: URL, kinds: Mapping[Name, RelationKind], indexes: Iterable[IndexDetails]
) -> Iterator[Planner]:
    """Give a planner in a throw-away database. Raises psycopg's errors when it can't connect."""
    import psycopg

    with psycopg.connect(url.uri, autocommit=True, prepare_threshold=None) as connection:
        yield Planner(connection, kinds, indexes)


@contextmanager
def emptied_copy(
    database: Database,
    tables: Iterable[Table],
    indexes: Mapping[Name, tuple[IndexDetails, ...]],
    code: Iterable[StoredCode],
) -> Iterator[tuple[URL, frozenset[Name]]]:
    """Give a throw-away database with tables and their indexes, and the tables that lack some.

    Raises `ScaffoldError` where no server can be had.
    """
    from ash_scaffold.postgres.source import open_source

    with tempfile.TemporaryDirectory(prefix="ash-scaffold-copy-") as folder:
        path = Path(folder) / "copy.sql"
        text = "\n".join(copy_script(database, list(tables), indexes, code))
        path.write_text(text, encoding="utf-8")
        with open_source(None, path, environment={}) as source:
            lacking = {
                each.relation
                for refusal in source.refusals
                for each in refusal.unknown
                if each.relation is not None
            }
            yield source.url, frozenset(lacking)


def copy_script(
    database: Database,
    tables: list[Table],
    indexes: Mapping[Name, tuple[IndexDetails, ...]],
    code: Iterable[StoredCode],
) -> Iterator[str]:
    """Yield the statements that make the tables without rows, checks, defaults and keys."""
    yield f"-- Dumped from database version {database.server_version // 10_000}"
    yield "SET check_function_bodies = false;"
    schemas = {table.name.schema for table in tables}
    schemas |= {name.schema for name, type_ in database.types.items() if not type_.extension}
    schemas |= {each.schema for each in database.extensions}
    for schema in sorted(schemas - {"public", "pg_catalog"}):
        yield f"CREATE SCHEMA {quote_identifier(schema)};"
    for extension in database.extensions:
        if extension.name != "plpgsql":
            name, schema = map(quote_identifier, (extension.name, extension.schema))
            yield f"CREATE EXTENSION IF NOT EXISTS {name} WITH SCHEMA {schema};"
    yield from _types(database, tables)
    definitions = [each.definition for table in tables for each in indexes.get(table.name, ())]
    words = set(re.findall(r"\w+", " ".join(definitions)))
    for each in code:
        if each.kind == "function" and each.name in words:
            yield f"{each.text.rstrip()};"
    for table in tables:
        columns = ", ".join(
            f"{quote_identifier(column.name)} {type_text(column.type)}"
            + (f" COLLATE {_collation(column.collation)}" if column.collation else "")
            for column in table.columns
        )
        yield f"CREATE TABLE {_qualified(table.name)} ({columns});"
    for definition in definitions:
        yield f"{definition};"


def _collation(name: str) -> str:
    return (
        ".".join(map(quote_identifier, name.split(".", 1)))
        if "." in name
        else (quote_identifier(name))
    )


def _types(database: Database, tables: Iterable[Table]) -> Iterator[str]:
    """Yield the types of the tables' columns, each after those that it is made of."""
    done: set[Name] = set()

    def made(use: TypeUse | None) -> Iterator[str]:
        type_ = None if use is None else database.types.get(use.name)
        if type_ is None or type_.name in done or type_.extension:
            return
        if type_.name.schema == "pg_catalog":
            return
        done.add(type_.name)
        for inner in (type_.base, type_.subtype, *(field.type for field in type_.fields)):
            yield from made(inner)
        text = _create_type(type_)
        if text:
            yield text

    for table in tables:
        for column in table.columns:
            yield from made(column.type)


def _create_type(type_: Type) -> str:
    name = _qualified(type_.name)
    match type_.kind:
        case TypeKind.ENUM:
            labels = ", ".join("'" + label.replace("'", "''") + "'" for label in type_.labels)
            return f"CREATE TYPE {name} AS ENUM ({labels});"
        case TypeKind.DOMAIN if type_.base is not None:
            return f"CREATE DOMAIN {name} AS {type_text(type_.base)};"
        case TypeKind.COMPOSITE:
            fields = ", ".join(
                f"{quote_identifier(field.name)} {type_text(field.type)}" for field in type_.fields
            )
            return f"CREATE TYPE {name} AS ({fields});"
        case TypeKind.RANGE if type_.subtype is not None:
            return f"CREATE TYPE {name} AS RANGE (subtype = {type_text(type_.subtype)});"
        case _:
            return ""


def _qualified(name: Name) -> str:
    return f"{quote_identifier(name.schema)}.{quote_identifier(name.name)}"
