"""Associations of the legacy code that no foreign key keeps, as the keys that there aren't."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from ash_scaffold.ash.hints import Legacy, LegacyAssociation
from ash_scaffold.ash.links import Asked
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.postgres.catalog import Database, ForeignKey, Name


class _Edge(NamedTuple):
    """A child's column and the parent's that it holds a value of."""

    child: Name
    column: str
    parent: Name
    target: str


def unkeyed_relationships(
    database: Database, legacy: Legacy, configured: Iterable[Asked] = ()
) -> tuple[Asked, ...]:
    """Return what the legacy code relates without a foreign key.

    One that shows only some of the rows (`where`) is left out, and so is what the configuration
    asks for, and what a column that is not there would be needed for.
    """
    columns = {(t.name, column.name) for t in database.tables for column in t.columns}
    keyed = set(_kept(database, configured))
    found: dict[_Edge, Asked] = {}
    for table in legacy.tables():
        for association in legacy.associations(table):
            if association.filtered:
                continue
            for edge in _edges(table, association):
                there = {(edge.child, edge.column), (edge.parent, edge.target)} <= columns
                if there and edge not in keyed:
                    found[edge] = _named(found.get(edge) or _asked(edge), association)
    return tuple(found[edge] for edge in sorted(found))


def stand_in(column: str, parent: Name, target: str) -> str:
    """Name the key that stands in for the one there isn't."""
    return f"{column} to {parent}.{target} (legacy)"


def _kept(database: Database, configured: Iterable[Asked]) -> Iterator[_Edge]:
    """Give the pairs of all keys that there are, those of several columns included."""
    own = (key for table in database.tables for key in table.foreign_keys)
    for key in (*own, *(wish.key for wish in configured)):
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


def _asked(edge: _Edge) -> Asked:
    key = ForeignKey(
        name=stand_in(edge.column, edge.parent, edge.target),
        table=edge.child,
        columns=(edge.column,),
        target=edge.parent,
        target_columns=(edge.target,),
    )
    return Asked(key=key, belongs_to=None, inverse=None, legacy=True)


def _named(wish: Asked, association: LegacyAssociation) -> Asked:
    """Ask for the side that an association is; a many_to_many asks for neither."""
    if association.through is not None:
        return wish
    if association.kind is RelationshipKind.BELONGS_TO:
        return msgspec.structs.replace(wish, belongs_to=wish.belongs_to or association.name)
    return msgspec.structs.replace(wish, inverse=wish.inverse or association.name)
