"""What ties tables to each other: foreign keys and names, each tie with a weight and its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import isqrt
from typing import TypeAlias

import msgspec

from ash_scaffold.ash.naming import singularize, underscore
from ash_scaffold.postgres.catalog import Action, ForeignKey, Name, Table

# Weights, in hundredths of a foreign key; `_SCALE` keeps fractions of them in whole numbers.
_KEY, _CASCADE, _PART_OF_KEY, _NAMED_AFTER = 100, 50, 50, 100
_COLUMN, _KIN, _FAMILY = 60, 100, 40
_SCALE = 1000
Words: TypeAlias = Mapping[Name, tuple[str, ...]]


class Tie(msgspec.Struct, frozen=True):
    """`source` is tied to `target`; `said` and `said_of_target` tell so from either side."""

    source: Name
    target: Name
    weight: int
    said: str
    said_of_target: str


def ties(tables: Iterable[Table]) -> tuple[Tie, ...]:
    """Return every tie between the tables, in the order of the tables and their keys.

    A key counts for more when the row lives and dies with its parent, and for less the more
    tables refer to the parent: what everybody refers to ties nobody together. A column that is
    named as a key to a table counts as well, as databases without foreign keys have them.
    """
    found = list(tables)
    spelt = {table.name: words(table.name) for table in found}
    references = [*_keys(found, spelt), *_columns(found, spelt)]
    children = Counter(target for _, target in {(tie.source, tie.target) for tie in references})
    return (
        *(
            msgspec.structs.replace(tie, weight=_shrunk(tie.weight, children[tie.target]))
            for tie in references
        ),
        *_of_names(found, spelt),
    )


def _shrunk(weight: int, children: int) -> int:
    """Divide by the root of the number of children, in whole numbers."""
    return weight * _SCALE // isqrt(children * _SCALE * _SCALE)


def _keys(tables: list[Table], spelt: Words) -> Iterator[Tie]:
    for table in tables:
        for key in table.foreign_keys:
            if key.target in spelt and key.target != table.name:
                yield Tie(
                    table.name,
                    key.target,
                    _weight(key, table, spelt) * _SCALE,
                    f"foreign key to {key.target}",
                    f"{table.name} has a foreign key to it",
                )


def _weight(key: ForeignKey, table: Table, spelt: Words) -> int:
    weight = _KEY
    if key.on_delete is Action.CASCADE:
        weight += _CASCADE
    if table.primary_key is not None and set(key.columns) <= set(table.primary_key.columns):
        weight += _PART_OF_KEY
    own, parent = spelt[table.name], spelt[key.target]
    if own[: len(parent)] == parent:
        weight += _NAMED_AFTER
    return weight


def _columns(tables: list[Table], spelt: Words) -> Iterator[Tie]:
    """Yield a tie for each `customer_id` that is in no foreign key, to the table of customers."""
    homes = _homes(tables, spelt)
    for table in tables:
        keyed = {column for key in table.foreign_keys for column in key.columns}
        for column in table.columns:
            name = underscore(column.name)
            if column.name in keyed or not name.endswith("_id"):
                continue
            stem = tuple(singularize(word) for word in name.removesuffix("_id").split("_"))
            target = homes.get((table.name.schema, stem))
            if target is not None and target != table.name:
                yield Tie(
                    table.name,
                    target,
                    _COLUMN * _SCALE,
                    f"column {column.name}",
                    f"{table.name} has {column.name}",
                )


def _homes(tables: list[Table], spelt: Words) -> dict[tuple[str, tuple[str, ...]], Name]:
    """Return the table that a name stands for, in each schema; views stand for nothing."""
    found: dict[tuple[str, tuple[str, ...]], Name] = {}
    for table in tables:
        if not table.kind.is_view:
            found.setdefault((table.name.schema, spelt[table.name]), table.name)
    return found


def words(name: Name) -> tuple[str, ...]:
    """Return the words of a table's name, in the singular."""
    return tuple(singularize(word) for word in underscore(name.name).strip("_").split("_"))


def _of_names(tables: list[Table], spelt: Words) -> Iterator[Tie]:
    """Yield ties of tables named after another one, and of those that share a first word.

    A first word that most tables have is the application's, and says nothing.
    """
    homes = _homes(tables, spelt)
    families: dict[str, list[Name]] = {}
    for table in tables:
        name = table.name
        after = _named_after(name.schema, spelt[name], homes, anywhere=table.kind.is_view)
        if after is not None:
            said = f"named after {after}"
            yield Tie(name, after, _KIN * _SCALE, said, f"{name} is named after it")
        elif len(spelt[name]) > 1:
            families.setdefault(spelt[name][0], []).append(name)
    for word, members in families.items():
        first, *rest = members
        if len(members) * 2 <= len(tables):
            for name in rest:
                said = f"named {word}…"
                yield Tie(name, first, _FAMILY * _SCALE, said, said)


def _named_after(
    schema: str,
    own: tuple[str, ...],
    homes: Mapping[tuple[str, tuple[str, ...]], Name],
    *,
    anywhere: bool,
) -> Name | None:
    """Return the table whose name, the longest such, this one begins with (or has in it)."""
    for length in range(len(own) - 1, 0, -1):
        for start in range(len(own) - length + 1 if anywhere else 1):
            found = homes.get((schema, own[start : start + length]))
            if found is not None:
                return found
    return None
