"""The relationships between tables as the catalog's foreign keys make them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ash_scaffold.ash.keys import is_unique
from ash_scaffold.document.model import Cardinality, Link
from ash_scaffold.postgres.catalog import Column, ForeignKey, Name, Table

# Timestamps that the application fills.
_BOOKKEEPING = frozenset({"inserted_at", "created_at", "updated_at", "modified_at"})


def links(tables: Iterable[Table]) -> tuple[Link, ...]:
    """Return the relationships of the tables, in order of parent, child and columns.

    A foreign key whose columns are unique makes a one-to-one. A pure join table, which has a
    unique pair of keys and nothing else but its bookkeeping, makes one many-to-many in place of
    two one-to-many. Two keys over the same columns to the same table make one relationship.
    """
    known = list(tables)
    names = {table.name for table in known}
    found = [link for table in known for link in _of_table(table, names)]
    return tuple(sorted(found, key=_order))


def name_order(name: Name) -> tuple[bool, str, str, str]:
    """Order tables as people look for them: `public` first, capital letters beside small ones."""
    return (name.schema != "public", name.schema, name.name.casefold(), name.name)


def _order(link: Link) -> tuple[object, ...]:
    return (name_order(link.source), name_order(link.target), link.columns)


def _of_table(table: Table, names: set[Name]) -> Iterator[Link]:
    keys: defaultdict[tuple[Name, tuple[str, ...]], list[ForeignKey]] = defaultdict(list)
    for key in table.foreign_keys:
        if key.target in names:
            keys[key.target, key.columns].append(key)
    pair = _join_pair(table, [same[0] for same in keys.values()])
    if pair is not None:
        first, second = pair
        yield Link(
            cardinality=Cardinality.MANY_TO_MANY,
            source=first.target,
            target=second.target,
            columns=(*first.columns, *second.columns),
            foreign_keys=(first.name, second.name),
            through=table.name,
        )
        return
    for (target, columns), same in keys.items():
        one = is_unique(table, columns)
        yield Link(
            cardinality=Cardinality.ONE_TO_ONE if one else Cardinality.ONE_TO_MANY,
            source=target,
            target=table.name,
            columns=columns,
            foreign_keys=tuple(key.name for key in same),
            optional=any(not table.column(name).not_null for name in columns),
        )


def _join_pair(table: Table, keys: list[ForeignKey]) -> tuple[ForeignKey, ForeignKey] | None:
    """Return the two keys of a pure join table, in the order of their columns."""
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
    """Whether it only says when the row came: a timestamp that nobody has to give."""
    if column.type.name.name not in ("timestamp", "timestamptz", "date"):
        return False
    return not column.not_null or column.default is not None or column.name in _BOOKKEEPING
