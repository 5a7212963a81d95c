"""Objects that a refused statement leaves unknown, and a catalog with what is known of them.

A dump that a server can't take whole says nothing of the objects of its refused statements: they
may be as they were, changed or dropped. So they stay what the last run knew of them. The grammar
is that of PostgreSQL's "SQL Commands"; pg_dump's statements are a small part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum, auto
from functools import cache
from typing import Protocol, TypeVar

import msgspec

from ash_scaffold.postgres.catalog import (
    Column,
    Database,
    ForeignKey,
    Name,
    RelationKind,
    Table,
)


class Kind(Enum):
    """What is unknown. `NOTHING` is what can't touch a table; `ANYTHING` may be all of them.

    `PARTITION` is a table that may be one of another's, `PARTITIONS` are those of any partitioned
    table, with the names of their constraints.
    """

    NOTHING = auto()
    TABLE = auto()
    COLUMN = auto()
    COLUMN_COMMENT = auto()
    TABLE_COMMENT = auto()
    CONSTRAINT = auto()
    INDEX = auto()
    TRIGGER = auto()
    TYPE = auto()
    PARTITION = auto()
    PARTITIONS = auto()
    ANYTHING = auto()


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """An object that a statement was about. `relation` is its table, or the type itself.

    `name` is that of a column, constraint, index or trigger within its table.
    """

    kind: Kind
    relation: Name | None = None
    name: str = ""
    statement: str = ""

    @property
    def object(self) -> str:
        """The object as `[[accept]]` names it."""
        if self.relation is None:
            return self.statement
        return f"{self.relation}.{self.name}" if self.name else str(self.relation)


class Refusal(msgspec.Struct, frozen=True):
    """A statement that was not run: its file and line, the server's words, what it is about."""

    where: str
    message: str
    objects: tuple[Unknown, ...]

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        """The objects without those that can't touch a table."""
        return tuple(each for each in self.objects if each.kind is not Kind.NOTHING)


_IDENTIFIER = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_NAME = rf"({_IDENTIFIER})(?:\s*\.\s*({_IDENTIFIER}))?"
_PART = re.compile(_IDENTIFIER)
_SHOWN = 60  # characters of a statement that names no object


def unknown_objects(statement: str, schema: str = "public") -> tuple[Unknown, ...]:
    """Return what a statement would have made or changed, in the order of the text.

    `schema` is that of names without one.
    """
    text = statement.strip()
    for pattern, found in _STATEMENTS:
        match = _compiled(pattern).match(text)
        if match is not None:
            return found(_Match(match, schema))
    short = " ".join(text.split())
    shown = short if len(short) <= _SHOWN else f"{short[:_SHOWN]}…"
    return (Unknown(kind=Kind.ANYTHING, statement=shown),)


class _Match:
    """What a pattern has found: a relation's name in the groups 1 and 2, then identifiers."""

    def __init__(self, match: re.Match[str], schema: str) -> None:
        self._match = match
        self.schema = schema

    def relation(self, first: int = 1) -> Name:
        """Return the qualified name in two groups."""
        one, two = self._match[first], self._match[first + 1]
        return (
            Name(self.schema, _unquoted(one))
            if two is None
            else Name(_unquoted(one), _unquoted(two))
        )

    def text(self, group: int) -> str:
        """Return the text of a group as it stands."""
        return str(self._match[group])

    def name(self, group: int) -> str:
        """Return the identifier in a group, empty when it has none."""
        return _unquoted(self._match[group]) if self._match[group] else ""

    @property
    def rest(self) -> str:
        """The text after the match."""
        return self._match.string[self._match.end() :]


def _unquoted(identifier: str) -> str:
    """Return an identifier as the catalog has it: folded to lower case unless it is quoted."""
    if identifier.startswith('"'):
        return identifier[1:-1].replace('""', '"')
    return identifier.lower()


def _nothing(_match: _Match) -> tuple[Unknown, ...]:
    return (Unknown(kind=Kind.NOTHING),)


def _table(match: _Match) -> tuple[Unknown, ...]:
    return (Unknown(kind=Kind.TABLE, relation=match.relation()),)


def _created_table(match: _Match) -> tuple[Unknown, ...]:
    """A partition's parent has the names of the partition's constraints."""
    found = [Unknown(kind=Kind.TABLE, relation=match.relation())]
    parent = _compiled(_PARTITION_OF).match(match.rest)
    if parent is not None:
        found.append(Unknown(kind=Kind.TABLE, relation=_Match(parent, match.schema).relation()))
    return tuple(found)


def _altered_table(match: _Match) -> tuple[Unknown, ...]:
    """A statement may have several actions, with commas between; the first decides for all."""
    table = match.relation()
    for pattern, kind in _ACTIONS:
        action = _compiled(rf"\s*{pattern}").match(match.rest)
        if action is None:
            continue
        if kind is Kind.NOTHING:
            return (Unknown(kind=kind),)
        return (Unknown(kind=kind, relation=table, name=_unquoted(action[1])),)
    attached = _compiled(_ATTACHED).match(match.rest)
    found = [Unknown(kind=Kind.TABLE, relation=table)]
    if attached is not None:
        child = _Match(attached, match.schema).relation()
        found.append(Unknown(kind=Kind.PARTITION, relation=child))
    return tuple(found)


def _index(match: _Match) -> tuple[Unknown, ...]:
    """An index without a name has one that only the server knows."""
    table, name = match.relation(2), match.name(1)
    return (Unknown(kind=Kind.INDEX if name else Kind.TABLE, relation=table, name=name),)


def _named(kind: Kind) -> Callable[[_Match], tuple[Unknown, ...]]:
    """Return the maker for a name in the first group, and the table it is on in the next two."""

    def make(match: _Match) -> tuple[Unknown, ...]:
        return (Unknown(kind=kind, relation=match.relation(2), name=match.name(1)),)

    return make


def _partitions(match: _Match) -> tuple[Unknown, ...]:
    return (Unknown(kind=Kind.PARTITIONS, relation=match.relation()),)


def _type(match: _Match) -> tuple[Unknown, ...]:
    return (Unknown(kind=Kind.TYPE, relation=match.relation()),)


def _table_comment(match: _Match) -> tuple[Unknown, ...]:
    return (Unknown(kind=Kind.TABLE_COMMENT, relation=match.relation()),)


def _column_of(kind: Kind) -> Callable[[_Match], tuple[Unknown, ...]]:
    """Return the maker for a column whose qualified name has two or three parts."""

    def make(match: _Match) -> tuple[Unknown, ...]:
        parts = [_unquoted(part) for part in _PART.findall(match.text(1))]
        schema = parts[0] if len(parts) > 2 else match.schema
        return (Unknown(kind=kind, relation=Name(schema, parts[-2]), name=parts[-1]),)

    return make


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern in which a space stands for white space, when it is first needed.

    To compile all of them takes longer than to read a small database, which needs none.
    """
    return re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE | re.DOTALL)


_PARTITION_OF = rf"\s*PARTITION OF {_NAME}"
_ATTACHED = rf"\s*(?:ATTACH|DETACH) PARTITION {_NAME}"
_COLUMN_PATH = rf"({_IDENTIFIER}(?:\s*\.\s*{_IDENTIFIER}){{1,2}})"

# The actions of ALTER TABLE by what they leave unknown; any other one leaves the whole table so.
_ACTIONS = (
    (rf"ADD CONSTRAINT ({_IDENTIFIER})", Kind.CONSTRAINT),
    (rf"(?:VALIDATE|ALTER) CONSTRAINT ({_IDENTIFIER})", Kind.CONSTRAINT),
    (r"OWNER TO\b", Kind.NOTHING),
    (r"(?:SET|RESET)\s*\(", Kind.NOTHING),
    (r"SET (?:TABLESPACE|ACCESS METHOD|LOGGED|UNLOGGED|WITHOUT)\b", Kind.NOTHING),
    (r"(?:CLUSTER ON|REPLICA IDENTITY|SET WITHOUT CLUSTER)\b", Kind.NOTHING),
    (r"(?:ENABLE|DISABLE)(?: REPLICA| ALWAYS)? (?:TRIGGER|RULE)\b", Kind.NOTHING),
    (
        rf"ALTER (?:COLUMN )?{_IDENTIFIER} SET (?:STATISTICS|STORAGE|COMPRESSION|\()",
        Kind.NOTHING,
    ),
    (rf"ALTER (?:COLUMN )?({_IDENTIFIER})", Kind.COLUMN),
    (
        rf"ADD (?:COLUMN )?(?:IF NOT EXISTS )?"
        rf"(?!(?:PRIMARY|UNIQUE|CHECK|EXCLUDE|FOREIGN|LIKE|NOT)\b)({_IDENTIFIER})",
        Kind.COLUMN,
    ),
)

# First match wins. What a statement of the last rows makes is of no use by itself: whatever in a
# table depends on it is refused as well, in a statement of its own.
_STATEMENTS = (
    (
        r"CREATE (?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|FOREIGN) )*TABLE "
        rf"(?:IF NOT EXISTS )?{_NAME}",
        _created_table,
    ),
    (
        r"CREATE (?:OR REPLACE )?(?:(?:TEMP|TEMPORARY|RECURSIVE|MATERIALIZED) )*VIEW "
        rf"(?:IF NOT EXISTS )?{_NAME}",
        _table,
    ),
    (
        r"CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?"
        rf"(?:(?!ON )({_IDENTIFIER}) )?ON (?:ONLY )?{_NAME}",
        _index,
    ),
    (
        rf"ALTER (?:FOREIGN )?TABLE (?:IF EXISTS )?(?:ONLY )?{_NAME}(?:\s*\*)?",
        _altered_table,
    ),
    (rf"ALTER (?:MATERIALIZED )?VIEW (?:IF EXISTS )?{_NAME} OWNER TO\b", _nothing),
    (rf"ALTER (?:MATERIALIZED )?VIEW (?:IF EXISTS )?{_NAME}", _table),
    (rf"CREATE (?:TYPE|DOMAIN) {_NAME}", _type),
    (rf"ALTER (?:TYPE|DOMAIN) {_NAME} OWNER TO\b", _nothing),
    (rf"ALTER (?:TYPE|DOMAIN) {_NAME}", _type),
    (
        rf"CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER ({_IDENTIFIER}) .*? ON {_NAME}",
        _named(Kind.TRIGGER),
    ),
    (
        rf"CREATE (?:OR REPLACE )?RULE {_IDENTIFIER} AS ON \w+ TO {_NAME}",
        _table,
    ),
    (rf"ALTER INDEX (?:IF EXISTS )?{_NAME} ATTACH PARTITION\b", _partitions),
    (rf"ALTER SEQUENCE {_NAME} OWNED BY NONE\b", _nothing),
    (
        rf"ALTER SEQUENCE {_IDENTIFIER}(?:\s*\.\s*{_IDENTIFIER})? OWNED BY {_COLUMN_PATH}",
        _column_of(Kind.COLUMN),
    ),
    (rf"COMMENT ON COLUMN {_COLUMN_PATH}", _column_of(Kind.COLUMN_COMMENT)),
    (
        rf"COMMENT ON (?:FOREIGN |MATERIALIZED )?(?:TABLE|VIEW) {_NAME}",
        _table_comment,
    ),
    (
        rf"COMMENT ON CONSTRAINT ({_IDENTIFIER}) ON (?!DOMAIN ){_NAME}",
        _named(Kind.CONSTRAINT),
    ),
    (rf"COMMENT ON (?:TYPE|DOMAIN) {_NAME}", _type),
    (
        r"(?:GRANT|REVOKE|SET|RESET|SHOW|INSERT|COPY|UPDATE|DELETE|TRUNCATE|REFRESH|ANALYZE|VACUUM"
        r"|LOCK|BEGIN|START|COMMIT|ROLLBACK|END|SAVEPOINT|RELEASE|ABORT|DISCARD|CLUSTER|REINDEX"
        r"|NOTIFY|LISTEN"
        r"|CHECKPOINT|COMMENT|DROP|SECURITY LABEL|ALTER DEFAULT PRIVILEGES|REASSIGN)\b",
        _nothing,
    ),
    (
        r"(?:CREATE|ALTER)(?: OR REPLACE| TRUSTED| PROCEDURAL)* (?:ROLE|USER|GROUP|DATABASE"
        r"|TABLESPACE|SYSTEM|PUBLICATION|SUBSCRIPTION|EVENT TRIGGER|POLICY|STATISTICS|SCHEMA"
        r"|EXTENSION|SEQUENCE|FUNCTION|PROCEDURE|ROUTINE|AGGREGATE|OPERATOR|CAST|COLLATION"
        r"|CONVERSION|LANGUAGE|TEXT SEARCH|SERVER|FOREIGN DATA WRAPPER|TRANSFORM|ACCESS METHOD"
        r"|LARGE OBJECT|INDEX)\b",
        _nothing,
    ),
    (r"SELECT (?:pg_catalog\.)?(?:set_config|setval|lo_\w+|pg_\w+)\s*\(", _nothing),
)


def with_last_known(database: Database, last: Database, unknown: Iterable[Unknown]) -> Database:
    """Return the database with each unknown object as it was last, where it was there.

    Columns, keys and the like that are known are today's. What is unknown and was not there
    before stays out.
    """
    there = [each for each in unknown if each.kind is not Kind.NOTHING]
    if not there:
        return database
    everything = any(each.kind is Kind.ANYTHING for each in there)
    partition = {each.relation for each in there if each.kind is Kind.PARTITION}
    whole = {each.relation for each in there if each.kind is Kind.TABLE} | partition
    parts: dict[Name, list[Unknown]] = {}
    for each in there:
        if each.relation is not None and each.kind in _RESTORED:
            parts.setdefault(each.relation, []).append(each)
    before = {table.name: table for table in last.tables}
    here = {table.name for table in database.tables} | before.keys()
    # A relation that is no table of these may be a partition of one.
    partitions = any(
        each.kind is Kind.PARTITIONS or (each.relation is not None and each.relation not in here)
        for each in there
        if each.kind is not Kind.TYPE
    )
    restored = {
        name
        for name, table in before.items()
        if everything or name in whole or (partitions and table.kind is RelationKind.PARTITIONED)
    }
    tables = [
        _with_parts(table, before.get(table.name), parts.get(table.name, ()))
        for table in database.tables
        if table.name not in restored | partition
    ]
    tables += [before[name] for name in restored]
    names = {table.name for table in tables}
    types = {each.relation for each in there if each.kind is Kind.TYPE}
    old_types = {n: t for n, t in last.types.items() if everything or n in types}
    return msgspec.structs.replace(
        database,
        tables=tuple(sorted(tables, key=lambda table: table.name)),
        types=dict(sorted({**last.types, **database.types, **old_types}.items())),
        outside_foreign_keys=_outside(database, last, names, whole, parts, everything=everything),
    )


def _with_parts(table: Table, before: Table | None, parts: Iterable[Unknown]) -> Table:
    """Return a table with those of its parts as they were that are unknown."""
    for part in parts:
        if before is not None:
            table = _RESTORED[part.kind](table, before, part.name)
    return table


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Item = TypeVar("_Item", bound=_Named)


def _with(now: tuple[_Item, ...], before: tuple[_Item, ...], name: str) -> tuple[_Item, ...]:
    """Return the items in the order of their names, with the one of that name as it was."""
    old = [each for each in before if each.name == name]
    if not old:
        return now
    others = (each for each in now if each.name != name)
    return tuple(sorted((*others, *old), key=lambda each: each.name))


def _with_column(table: Table, before: Table, name: str) -> tuple[Column, ...]:
    """Return the columns with one as it was: in its place, or after its last neighbour before."""
    names = [column.name for column in before.columns]
    if name not in names:
        return table.columns
    position = names.index(name)
    old = before.columns[position]
    if any(column.name == name for column in table.columns):
        return tuple(old if column.name == name else column for column in table.columns)
    here = [column.name for column in table.columns]
    neighbours = [each for each in names[:position] if each in here]
    place = here.index(neighbours[-1]) + 1 if neighbours else 0
    return (*table.columns[:place], old, *table.columns[place:])


def _column(table: Table, before: Table, name: str) -> Table:
    return msgspec.structs.replace(table, columns=_with_column(table, before, name))


def _constraint(table: Table, before: Table, name: str) -> Table:
    """Restore a constraint of any kind, with the index that enforces it."""
    key = before.primary_key
    return msgspec.structs.replace(
        _index_of(table, before, name),
        primary_key=key if key is not None and key.name == name else table.primary_key,
        unique_keys=_with(table.unique_keys, before.unique_keys, name),
        foreign_keys=_with(table.foreign_keys, before.foreign_keys, name),
        checks=_with(table.checks, before.checks, name),
        exclusions=_with(table.exclusions, before.exclusions, name),
        columns=_with_not_null(table, before, name),
    )


def _with_not_null(table: Table, before: Table, name: str) -> tuple[Column, ...]:
    """A primary key makes its columns NOT NULL."""
    key = before.primary_key
    if key is None or key.name != name:
        return table.columns
    return tuple(
        msgspec.structs.replace(column, not_null=True) if column.name in key.columns else column
        for column in table.columns
    )


def _index_of(table: Table, before: Table, name: str) -> Table:
    return msgspec.structs.replace(table, indexes=_with(table.indexes, before.indexes, name))


def _trigger(table: Table, before: Table, name: str) -> Table:
    return msgspec.structs.replace(table, triggers=_with(table.triggers, before.triggers, name))


def _column_comment(table: Table, before: Table, name: str) -> Table:
    old = {column.name: column.comment for column in before.columns}
    columns = tuple(
        msgspec.structs.replace(column, comment=old[name])
        if column.name == name and name in old
        else column
        for column in table.columns
    )
    return msgspec.structs.replace(table, columns=columns)


def _comment(table: Table, before: Table, _name: str) -> Table:
    return msgspec.structs.replace(table, comment=before.comment)


_RESTORED: Mapping[Kind, Callable[[Table, Table, str], Table]] = {
    Kind.COLUMN: _column,
    Kind.COLUMN_COMMENT: _column_comment,
    Kind.TABLE_COMMENT: _comment,
    Kind.CONSTRAINT: _constraint,
    Kind.INDEX: _index_of,
    Kind.TRIGGER: _trigger,
}


def _outside(
    database: Database,
    last: Database,
    tables: set[Name],
    whole: set[Name | None],
    parts: Mapping[Name, Iterable[Unknown]],
    *,
    everything: bool,
) -> tuple[ForeignKey, ...]:
    """Return the keys of tables without facts, those that are unknown as they were."""
    keys = {(key.table, key.name): key for key in database.outside_foreign_keys}
    unknown = {(table, each.name) for table, found in parts.items() for each in found}
    for key in last.outside_foreign_keys:
        named = (key.table, key.name)
        if key.table not in tables and (everything or key.table in whole or named in unknown):
            keys.setdefault(named, key)
    return tuple(key for (owner, _), key in sorted(keys.items()) if owner not in tables)
