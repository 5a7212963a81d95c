"""Pure join tables: those whose rows say nothing but which row of one table goes with which."""

from __future__ import annotations

from collections.abc import Sequence

from ash_scaffold.ash.attributes import CREATION_COLUMNS, UPDATE_COLUMNS
from ash_scaffold.ash.keys import is_unique
from ash_scaffold.ash.types import Family, row_of
from ash_scaffold.postgres.catalog import Column, ForeignKey, Table


def join_pair(table: Table, keys: Sequence[ForeignKey]) -> tuple[ForeignKey, ForeignKey] | None:
    """Return the two keys of a pure join table, in the order of their columns.

    It has a unique pair of keys (`keys` are all of it, one for the same columns and target) and
    nothing else but a key of its own and its bookkeeping.
    """
    if len(keys) != 2:
        return None
    order = {column.name: number for number, column in enumerate(table.columns)}
    first, second = sorted(keys, key=lambda key: [order[name] for name in key.columns])
    own = (*first.columns, *second.columns)
    if set(first.columns) & set(second.columns) or not is_unique(table, own):
        return None
    if any(is_unique(table, key.columns) for key in keys):
        return None
    surrogate = table.primary_key.columns if table.primary_key is not None else ()
    rest = [column for column in table.columns if column.name not in (*own, *surrogate)]
    return (first, second) if all(map(_is_bookkeeping, rest)) else None


def _is_bookkeeping(column: Column) -> bool:
    """Whether a column only records when a row came: a timestamp that need not be given."""
    if row_of(column.type.name.name).family is not Family.DATETIME:
        return False
    return (
        not column.not_null
        or column.default is not None
        or column.name in CREATION_COLUMNS | UPDATE_COLUMNS
    )
