"""Relationships that Ash could not load, and the problems that report them.

AshPostgres loads a many_to_many, and whatever has a filter that refers to `parent`, by a lateral
join: a SELECT DISTINCT of all attributes of the destination (`lateral_join_query` of
`AshPostgres.DataLayer`). Where PostgreSQL can't compare one of them, every load raises. Only a
many_to_many whose join may hold a pair of keys twice is loaded otherwise (`lateral_join?` of
`Ash.Actions.Read.Relationships`).
"""

from __future__ import annotations

from collections.abc import Mapping

from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.keys import plain_columns
from ash_scaffold.ash.links import Link
from ash_scaffold.ash.types import row_of
from ash_scaffold.postgres.catalog import Column, Name, Type, TypeKind, TypeUse
from ash_scaffold.postgres.type_text import type_text
from ash_scaffold.problem import Code, Problem


def incomparable_columns(draft: Draft, types: Mapping[Name, Type]) -> tuple[Column, ...]:
    """Return the columns for which a SELECT DISTINCT of a resource's attributes fails."""
    return tuple(
        column
        for column in draft.table.columns
        if column.name in draft.by_column and not _is_comparable(column.type, types)
    )


def _is_comparable(use: TypeUse, types: Mapping[Name, Type]) -> bool:
    """Whether values can be compared; those of an array or a row as their parts can."""
    if use.name.schema == "pg_catalog":
        return row_of(use.name.name).facts.comparable
    type_ = types.get(use.name)
    if type_ is None or type_.extension:
        return row_of(use.name.name).facts.comparable
    if type_.kind is TypeKind.DOMAIN and type_.base is not None:
        return _is_comparable(type_.base, types)
    return all(_is_comparable(field.type, types) for field in type_.fields)


class Loads:
    """The relationships that Ash can load, by the resource that they lead to."""

    def __init__(self, drafts: Mapping[Name, Draft], types: Mapping[Name, Type]) -> None:
        self._columns = {
            name: columns
            for name, draft in drafts.items()
            if (columns := incomparable_columns(draft, types))
        }

    def joins(self, near: Link, far: Link) -> bool:
        """Whether a many_to_many from one link's parent to the other's can be loaded."""
        return far.parent.name not in self._columns or not _is_pair_unique(near, far)

    def follows(self, link: Link, destination: Draft) -> bool:
        """Whether a link can be loaded from one of its ends to the other, the destination."""
        return len(link.own) == 1 or destination.name not in self._columns

    def unjoined(self, near: Link, far: Link, rows: str | None) -> Problem:
        """Report the lack of a many_to_many; `rows` is the has_many to the rows of the join."""
        owner, join, destination = near.parent.name, near.child.name, far.parent.name
        return Code.NO_RELATIONSHIP.at(
            str(owner),
            f"It has no many_to_many to {destination} through {join}: Ash loads one by "
            f"SELECT DISTINCT, and PostgreSQL can't compare the values of "
            f"{self._named(destination)}.",
            todo=f"Load {rows}: :{far.role} instead, or {self._change(destination)}"
            if rows is not None
            else self._by_query(destination),
        )

    def unfollowed(self, link: Link, owner: Draft, destination: Draft, kind: str) -> Problem:
        """Report that a key of several columns gives no relationship of a kind to its owner."""
        return Code.NO_RELATIONSHIP.at(
            str(owner.name),
            f"The foreign key {link.key.name} gives no {kind}: Ash loads one over several "
            f"columns by SELECT DISTINCT, and PostgreSQL can't compare the values of "
            f"{self._named(destination.name)}.",
            todo=self._by_query(destination.name),
        )

    def _named(self, table: Name) -> str:
        columns = self._columns[table]
        return " and ".join(f"{table}.{each.name} ({type_text(each.type)})" for each in columns)

    def _by_query(self, table: Name) -> str:
        return f"Load the other side by a query of your own, or {self._change(table)}"

    def _change(self, table: Name) -> str:
        columns = self._columns[table]
        what = "column" if len(columns) == 1 else "columns"
        return (
            f"change the {what} in legacy code{' (json to jsonb)' * all(map(_is_json, columns))}."
        )


def _is_json(column: Column) -> bool:
    return column.type.name == Name("pg_catalog", "json")


def _is_pair_unique(near: Link, far: Link) -> bool:
    """Whether Ash takes a join's two keys for unique: by its key, or by any identity."""
    join, pair = near.child, {near.key.columns[0], far.key.columns[0]}
    if join.key is None or pair.issuperset(join.key.columns):
        return True
    unique = (plain_columns(index) for index in join.table.indexes if index.unique)
    return any(columns is not None and pair.issuperset(columns) for columns in unique)
