"""Indexes that look-ups lack, and indexes that a longer one makes needless."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

import msgspec

from ash_scaffold.advise.advice import Reason
from ash_scaffold.advise.lookups import Lookup
from ash_scaffold.postgres.catalog import Index, Name, Table
from ash_scaffold.postgres.index_details import IndexDetails
from ash_scaffold.postgres.sql import quote_identifier
from ash_scaffold.syntax.literal import atom, string

# Directions whose NULLs are not where PostgreSQL has them: first of all descending, else last.
_OTHER_NULLS = frozenset({"asc_nils_first", "desc_nils_last"})
_WORDS = {
    "asc": "",
    "asc_nils_last": "",
    "desc": " DESC",
    "desc_nils_first": " DESC",
    "asc_nils_first": " NULLS FIRST",
    "desc_nils_last": " DESC NULLS LAST",
}
_EQUAL_METHODS = frozenset({"btree", "hash"})
_LONGEST_NAME = 63  # bytes, NAMEDATALEN
_ODD = re.compile(r"[^0-9A-Za-z_]+")  # AshPostgres takes no other character in an index's name


class MissingIndex(msgspec.Struct, frozen=True, kw_only=True):
    """An index to add, and the look-ups that it is for; `keys` are its keys as SQL.

    `columns` are those of the keys. `name` is free in its schema.
    """

    table: Name
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    name: str
    lookups: tuple[Lookup, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why, the most pressing first."""
        ordered = sorted(self.lookups, key=lambda each: (each.rank, each.reason))
        return tuple(dict.fromkeys(each.reason for each in ordered))

    @property
    def rank(self) -> int:
        """How pressing it is."""
        return min(each.rank for each in self.lookups)

    def sql(self) -> str:
        """Return the statement that makes it."""
        table = f"{quote_identifier(self.table.schema)}.{quote_identifier(self.table.name)}"
        return f"CREATE INDEX {quote_identifier(self.name)} ON {table} ({', '.join(self.keys)})"

    def elixir(self, tenant: str) -> str:
        """Return the line of `custom_indexes`.

        AshPostgres puts the attribute of a resource's tenants before the keys (`tenant` is its
        column, "" without one), unless it is told not to.
        """
        pairs = list(zip(self.columns, self.keys, strict=True))
        more = ""
        if tenant and len(pairs) > 1 and pairs[0] == (tenant, quote_identifier(tenant)):
            del pairs[0]
        elif tenant:
            more = ", all_tenants?: true"
        fields = ", ".join(_field(column, key) for column, key in pairs)
        return f"index [{fields}], name: {string(self.name)}{more}"


def _field(column: str, key: str) -> str:
    return atom(column) if key == quote_identifier(column) else string(key)


def missing_indexes(
    lookups: Iterable[Lookup],
    tables: Iterable[Table],
) -> tuple[MissingIndex, ...]:
    """Return an index for each look-up that the catalog has none for.

    One index is for all that its leading columns serve.
    """
    indexes = {table.name: table.indexes for table in tables}
    names: defaultdict[str, set[str]] = defaultdict(set)
    for name, of_table in indexes.items():
        names[name.schema] |= {name.name, *(each.name for each in of_table)}
    groups: defaultdict[tuple[Name, tuple[object, ...]], list[Lookup]] = defaultdict(list)
    for lookup in lookups:
        if lookup.columns and not any(serves(i, lookup) for i in indexes.get(lookup.table, ())):
            key = tuple(sorted(lookup.equal)) if not lookup.sort else (lookup.equal, lookup.sort)
            groups[lookup.table, key].append(lookup)
    found = _joined(list(groups.values()))
    made = []
    for group in sorted(found, key=lambda each: (each[0].table, each[0].columns)):
        first = group[0]
        free = _free_name(first, names[first.table.schema])
        names[first.table.schema].add(free)
        made.append(
            MissingIndex(
                table=first.table,
                columns=first.columns,
                keys=tuple(_keys(first)),
                name=free,
                lookups=tuple(group),
            )
        )
    return tuple(made)


def _joined(groups: list[list[Lookup]]) -> list[list[Lookup]]:
    """Join each group into one whose index begins with the same columns; the longest come first."""
    found: list[list[Lookup]] = []
    for group in sorted(groups, key=lambda each: (-len(each[0].columns), each[0].columns)):
        first = group[0]
        for other in found:
            leading = other[0].columns[: len(first.columns)]
            if (
                not first.sort
                and other[0].table == first.table
                and set(leading) == set(first.equal)
            ):
                other += group
                break
        else:
            found.append(list(group))
    return found


def _keys(lookup: Lookup) -> Iterator[str]:
    """Yield the keys of an index for a look-up: an order is said where it can't be read backwards.

    An index is read in both directions, so that one direction of all columns needs no word.
    """
    for name in lookup.equal:
        yield quote_identifier(name)
    plain = {_WORDS[direction] for _, direction in lookup.sort}
    for name, direction in lookup.sort:
        if name not in lookup.equal:
            said = _WORDS[direction] if len(plain) > 1 or "NULLS" in "".join(plain) else ""
            yield quote_identifier(name) + said


def _free_name(lookup: Lookup, taken: Collection[str]) -> str:
    """Return the name that Ecto and AshPostgres would give, or one near it that is free."""
    words = [lookup.table.name, *lookup.columns, "index"]
    name = "_".join(_ODD.sub("_", word).strip("_") for word in words)
    if len(name) > _LONGEST_NAME:
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        name = f"{name[: _LONGEST_NAME - 15].rstrip('_')}_{digest}_index"
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[: _LONGEST_NAME - len(str(number)) - 1]}_{number}"
    return free


def serves(index: Index, lookup: Lookup) -> bool:
    """Whether an index serves a look-up, as far as the catalog tells."""
    if not index.valid or index.method not in _EQUAL_METHODS or not _holds(index, lookup):
        return False
    columns = [key.column for key in index.keys]
    if not lookup.sort:
        return set(columns[: len(lookup.equal)]) == set(lookup.equal)
    if index.method != "btree":
        return False
    for key in index.keys:
        if key.column == lookup.sort[0][0]:
            # Read backwards, both its order and the place of its NULLs are turned round.
            return (key.descending != key.nulls_first) == (lookup.sort[0][1] in _OTHER_NULLS)
        if key.column not in lookup.equal:
            return False
    return False


def _holds(index: Index, lookup: Lookup) -> bool:
    """Whether an index holds every row that a look-up may find."""
    if index.predicate is None or lookup.filtered:
        return True
    texts = (f"({quote_identifier(name)} IS NOT NULL)" for name in lookup.equal)
    return index.predicate in texts


class DoubledIndex(msgspec.Struct, frozen=True):
    """An index, and another that begins with the same keys."""

    index: IndexDetails
    other: IndexDetails

    @property
    def is_equal(self) -> bool:
        """Whether the other has no further keys."""
        return len(self.index.keys) == len(self.other.keys)


def doubled_indexes(indexes: Iterable[IndexDetails]) -> tuple[DoubledIndex, ...]:
    """Return the indexes of one table that another one makes needless.

    None of them is unique, of a constraint, a replica identity or what its table is clustered by.
    The other is of the same method, has the same predicate, and begins with the same keys by the
    same operator classes, collations and order; of two that are equal the first one by name stays.
    """
    valid = [each for each in indexes if each.valid]
    found: list[DoubledIndex] = []
    needless: set[str] = set()
    backwards = sorted(valid, key=lambda each: each.name, reverse=True)
    for index in sorted(backwards, key=lambda each: len(each.keys)):
        if index.unique or index.constraint or index.kept:
            continue
        others = [
            other
            for other in valid
            if other is not index and other.name not in needless and _covers(other, index)
        ]
        if others:
            best = min(others, key=lambda o: (not o.constraint, not o.unique, len(o.keys), o.name))
            found.append(DoubledIndex(index, best))
            needless.add(index.name)
    return tuple(sorted(found, key=lambda each: each.index.name))


def _covers(other: IndexDetails, index: IndexDetails) -> bool:
    if (other.method, other.predicate) != (index.method, index.predicate):
        return False
    if index.method != "btree" and len(other.keys) != len(index.keys):
        return False
    if other.keys[: len(index.keys)] != index.keys:
        return False
    held = {*(key.column for key in other.keys), *other.include}
    return held.issuperset(index.include)
