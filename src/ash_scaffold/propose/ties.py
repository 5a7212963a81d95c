"""Ties between tables, by foreign keys and names, and the groups that they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isqrt
from typing import TypeAlias

import msgspec

from ash_scaffold.ash.english import singularize
from ash_scaffold.ash.naming import underscore
from ash_scaffold.postgres.catalog import Action, ForeignKey, Name, Table

# Weights, in hundredths of a foreign key; `_SCALE` keeps fractions of them in whole numbers.
_KEY, _CASCADE, _PART_OF_KEY, _NAMED_AFTER = 100, 50, 50, 100
_COLUMN, _KIN, _FAMILY = 60, 100, 40
_SCALE = 1000
Words: TypeAlias = Mapping[Name, tuple[str, ...]]


class Tie(msgspec.Struct, frozen=True):
    """`source` is tied to `target`; `reason` and `reason_of_target` word it from either side."""

    source: Name
    target: Name
    weight: int
    reason: str
    reason_of_target: str


def ties(tables: Iterable[Table]) -> tuple[Tie, ...]:
    """Return every tie between the tables, in the order of the tables and their keys.

    A key counts for more when the row lives and dies with its parent, and for less the more
    tables refer to the parent. A column that is named as a key to a table counts as well, as
    databases without foreign keys have them.
    """
    found = list(tables)
    words_of = {table.name: words(table.name) for table in found}
    references = [*_keys(found, words_of), *_columns(found, words_of)]
    children = Counter(target for _, target in {(tie.source, tie.target) for tie in references})
    return (
        *(
            msgspec.structs.replace(tie, weight=_shrunk(tie.weight, children[tie.target]))
            for tie in references
        ),
        *_of_names(found, words_of),
    )


def _shrunk(weight: int, children: int) -> int:
    """Divide by the root of the number of children, in whole numbers."""
    return weight * _SCALE // isqrt(children * _SCALE * _SCALE)


def _keys(tables: list[Table], words_of: Words) -> Iterator[Tie]:
    for table in tables:
        for key in table.foreign_keys:
            if key.target in words_of and key.target != table.name:
                yield Tie(
                    table.name,
                    key.target,
                    _weight(key, table, words_of) * _SCALE,
                    f"foreign key to {key.target}",
                    f"{table.name} has a foreign key to it",
                )


def _weight(key: ForeignKey, table: Table, words_of: Words) -> int:
    weight = _KEY
    if key.on_delete is Action.CASCADE:
        weight += _CASCADE
    if table.primary_key is not None and set(key.columns) <= set(table.primary_key.columns):
        weight += _PART_OF_KEY
    own, parent = words_of[table.name], words_of[key.target]
    if own[: len(parent)] == parent:
        weight += _NAMED_AFTER
    return weight


def _columns(tables: list[Table], words_of: Words) -> Iterator[Tie]:
    """Yield a tie for each `customer_id` that is in no foreign key, to the table of customers."""
    homes = _homes(tables, words_of)
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


def _homes(tables: list[Table], words_of: Words) -> dict[tuple[str, tuple[str, ...]], Name]:
    """Return the table that a name stands for, in each schema; no name stands for a view."""
    found: dict[tuple[str, tuple[str, ...]], Name] = {}
    for table in tables:
        if not table.kind.is_view:
            found.setdefault((table.name.schema, words_of[table.name]), table.name)
    return found


def words(name: Name) -> tuple[str, ...]:
    """Return the words of a table's name, in the singular."""
    return tuple(singularize(word) for word in underscore(name.name).strip("_").split("_"))


def _of_names(tables: list[Table], words_of: Words) -> Iterator[Tie]:
    """Yield ties of tables named after another one, and of those that share a first word.

    A first word that most tables have is the application's and ties none of them.
    """
    homes = _homes(tables, words_of)
    families: dict[str, list[Name]] = {}
    for table in tables:
        name = table.name
        after = _named_after(name.schema, words_of[name], homes, anywhere=table.kind.is_view)
        if after is not None:
            reason = f"named after {after}"
            yield Tie(name, after, _KIN * _SCALE, reason, f"{name} is named after it")
        elif len(words_of[name]) > 1:
            families.setdefault(words_of[name][0], []).append(name)
    for word, members in families.items():
        first, *rest = members
        if len(members) * 2 <= len(tables):
            for name in rest:
                reason = f"named {word}…"
                yield Tie(name, first, _FAMILY * _SCALE, reason, reason)


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


def groups(
    tables: Sequence[Name], ties: Iterable[Tie], seeds: Mapping[Name, str]
) -> tuple[tuple[Name, ...], ...]:
    """Split the tables into groups, the greedy way to the greatest modularity.

    Two groups are merged when that gains the most, again and again until nothing gains; all in
    whole numbers, ties between gains decided by name. Tables of one seed start as one group,
    and groups of different seeds stay apart. M. E. J. Newman, "Fast algorithm for detecting
    community structure in networks" (2004).
    """
    state = _State(tables, ties, seeds)
    while state.merge_best():
        pass
    return state.found()


class _State:
    def __init__(
        self, tables: Sequence[Name], ties: Iterable[Tie], seeds: Mapping[Name, str]
    ) -> None:
        number = {name: index for index, name in enumerate(sorted(tables))}
        first: dict[str, int] = {}
        self._seed: dict[int, str] = {}
        self._members: dict[int, list[Name]] = {}
        home: dict[Name, int] = {}
        for name, index in number.items():
            seed = seeds.get(name)
            group = index if seed is None else first.setdefault(seed, index)
            home[name] = group
            self._members.setdefault(group, []).append(name)
            if seed is not None:
                self._seed[group] = seed
        self._between: dict[int, dict[int, int]] = {group: {} for group in self._members}
        self._degree = dict.fromkeys(self._members, 0)
        self._total = 0
        for tie in ties:
            source, target = home[tie.source], home[tie.target]
            self._degree[source] += tie.weight
            self._degree[target] += tie.weight
            self._total += 2 * tie.weight
            if source != target:
                for one, other in ((source, target), (target, source)):
                    row = self._between[one]
                    row[other] = row.get(other, 0) + tie.weight

    def merge_best(self) -> bool:
        """Merge the two groups that gain the most; False when nothing gains."""
        best, pair = 0, None
        for one, row in self._between.items():
            for other, weight in row.items():
                if one < other and not (one in self._seed and other in self._seed):
                    gain = self._total * weight - self._degree[one] * self._degree[other]
                    if gain > best or (gain == best and pair is not None and (one, other) < pair):
                        best, pair = gain, (one, other)
        if pair is None:
            return False
        self._merge(*pair)
        return True

    def found(self) -> tuple[tuple[Name, ...], ...]:
        """Return the groups, each sorted, by their first table."""
        return tuple(sorted(tuple(sorted(members)) for members in self._members.values()))

    def _merge(self, one: int, other: int) -> None:
        row = self._between.pop(other)
        for neighbour, weight in row.items():
            del self._between[neighbour][other]
            if neighbour != one:
                for here, there in ((one, neighbour), (neighbour, one)):
                    self._between[here][there] = self._between[here].get(there, 0) + weight
        self._degree[one] += self._degree.pop(other)
        self._members[one] += self._members.pop(other)
        if other in self._seed:
            self._seed[one] = self._seed.pop(other)
