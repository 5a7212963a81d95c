"""Virtual foreign keys: relationships of configuration and legacy code that no key enforces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from ash_scaffold.ash.hints import Legacy, LegacyAssociation
from ash_scaffold.ash.keys import primary_key
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.config.faults import did_you_mean
from ash_scaffold.config.match import Resolver, table_pattern
from ash_scaffold.config.options import RelationshipConfig
from ash_scaffold.counted import counted
from ash_scaffold.postgres.catalog import Database, ForeignKey, Name, Table
from ash_scaffold.problem import Code, fail


class VirtualKey(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign key that the database lacks, and the relationships over it.

    `belongs_to` and `inverse` name its two sides; None for a side without a relationship. Names
    of the configuration come before all others; those of the legacy code (`legacy`) rank as its
    associations do. `one` marks a has_one of the configuration.
    """

    key: ForeignKey
    belongs_to: str | None
    inverse: str | None
    legacy: bool = False
    one: bool = False


def configured_keys(database: Database, config: Resolver) -> tuple[VirtualKey, ...]:
    """Return the key of every `[tables.….relationships.…]`.

    Raises `ScaffoldError` for one that names a table or column that is not there, or pairs
    columns that don't pair.
    """
    if not any(entry.relationships for entry in config.config.tables.values()):
        return ()
    return tuple(
        _configured_key(database, table, role, entry, config)
        for table in database.tables
        for role, entry in config.for_table(table.name).relationships.items()
    )


def _configured_key(
    database: Database, table: Table, role: str, entry: RelationshipConfig, config: Resolver
) -> VirtualKey:
    where = f"[tables.{table.name}.relationships.{role}]"
    other = _target(database, entry, where)
    key = primary_key(other, config.for_table(other.name).primary_key)
    columns = entry.target_columns or (key.columns if key is not None else ())
    _require_columns(table, entry.columns, where)
    _require_columns(other, columns, where)
    if len(columns) != len(entry.columns):
        raise fail(
            Code.CONFIG_INVALID,
            f"It pairs {counted(len(entry.columns), 'column')} with {len(columns)} of "
            f"{other.name}.",
            where=where,
            todo="Give target_columns, one for each of columns.",
        )
    forward = entry.kind == "belongs_to"
    return VirtualKey(
        key=ForeignKey(
            name=f"{role} (configured)",
            table=table.name if forward else other.name,
            columns=entry.columns if forward else columns,
            target=other.name if forward else table.name,
            target_columns=columns if forward else entry.columns,
        ),
        belongs_to=role if forward else entry.inverse,
        inverse=entry.inverse if forward else role,
        one=entry.kind == "has_one",
    )


def _target(database: Database, entry: RelationshipConfig, where: str) -> Table:
    pattern = table_pattern(entry.target)
    found = [table for table in database.tables if pattern.matches(table.name)]
    if len(found) == 1:
        return found[0]
    raise fail(
        Code.UNKNOWN_NAME,
        f"There is no table {entry.target}.",
        where=where,
        todo=did_you_mean(entry.target, [str(table.name) for table in database.tables]),
    )


def _require_columns(table: Table, columns: Iterable[str], where: str) -> None:
    names = [column.name for column in table.columns]
    for column in columns:
        if column not in names:
            raise fail(
                Code.UNKNOWN_NAME,
                f"{table.name} has no column {column}.",
                where=where,
                todo=did_you_mean(column, names),
            )


class _Edge(NamedTuple):
    """A child's column and the parent's that it holds a value of."""

    child: Name
    column: str
    parent: Name
    target: str


def legacy_keys(
    database: Database, legacy: Legacy, configured: Iterable[VirtualKey] = ()
) -> tuple[VirtualKey, ...]:
    """Return the keys of associations of the legacy code that have no foreign key.

    Left out are associations with some of the rows only (`where`), keys of the configuration, and
    those that would need a column that the table lacks.
    """
    columns = {(t.name, column.name) for t in database.tables for column in t.columns}
    keyed = set(_edges_of_keys(database, configured))
    found: dict[_Edge, VirtualKey] = {}
    for table in legacy.tables():
        for association in legacy.associations(table):
            if association.filtered:
                continue
            for edge in _edges(table, association):
                there = {(edge.child, edge.column), (edge.parent, edge.target)} <= columns
                if there and edge not in keyed:
                    found[edge] = _name_side(found.get(edge) or _legacy_key(edge), association)
    return tuple(found[edge] for edge in sorted(found))


def legacy_key_name(column: str, parent: Name, target: str) -> str:
    """Name the key that stands in for the missing one."""
    return f"{column} to {parent}.{target} (legacy)"


def _edges_of_keys(database: Database, configured: Iterable[VirtualKey]) -> Iterator[_Edge]:
    """Give the pairs of all keys that there are, those of several columns included."""
    own = (key for table in database.tables for key in table.foreign_keys)
    for key in (*own, *(entry.key for entry in configured)):
        for column, target in zip(key.columns, key.target_columns, strict=True):
            yield _Edge(key.table, column, key.target, target)


def _edges(table: Name, association: LegacyAssociation) -> tuple[_Edge, ...]:
    other, own, target = association.table, association.own, association.target
    if association.through is not None:
        return (
            _Edge(association.through, association.through_own, table, own),
            _Edge(association.through, association.through_target, other, target),
        )
    if association.kind is RelationshipKind.BELONGS_TO:
        return (_Edge(table, own, other, target),)
    return (_Edge(other, target, table, own),)


def _legacy_key(edge: _Edge) -> VirtualKey:
    key = ForeignKey(
        name=legacy_key_name(edge.column, edge.parent, edge.target),
        table=edge.child,
        columns=(edge.column,),
        target=edge.parent,
        target_columns=(edge.target,),
    )
    return VirtualKey(key=key, belongs_to=None, inverse=None, legacy=True)


def _name_side(entry: VirtualKey, association: LegacyAssociation) -> VirtualKey:
    """Name the side that an association is; a many_to_many is neither."""
    if association.through is not None:
        return entry
    if association.kind is RelationshipKind.BELONGS_TO:
        return msgspec.structs.replace(entry, belongs_to=entry.belongs_to or association.name)
    return msgspec.structs.replace(entry, inverse=entry.inverse or association.name)
