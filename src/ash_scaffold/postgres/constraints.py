"""Keys, constraints and indexes from the catalog's rows, and the names partitions lend them.

A foreign key to a partitioned table is copied for every partition that it points at, and an error
names one of the copies. How they are named depends on the version that made them: from the key's
own name since 18, from its table and columns before. A database must read the same on all of
them, so both are given.

Source: `addFkConstraint` and `ChooseConstraintName` in PostgreSQL's tablecmds.c and
pg_constraint.c, `makeObjectName` in indexcmds.c.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import count, islice
from typing import NamedTuple

from ash_scaffold.postgres.canonical import canonical
from ash_scaffold.postgres.catalog import (
    Action,
    Check,
    ConstraintKind,
    Exclusion,
    ForeignKey,
    Index,
    IndexKey,
    Key,
    Match,
    Name,
    PartitionConstraint,
)
from ash_scaffold.postgres.rows import (
    CheckRow,
    ExclusionRow,
    ForeignKeyRow,
    IndexPartitionRow,
    IndexRow,
    KeyRow,
    PartitionConstraintRow,
)

ACTIONS = {
    "a": Action.NO_ACTION,
    "r": Action.RESTRICT,
    "c": Action.CASCADE,
    "n": Action.SET_NULL,
    "d": Action.SET_DEFAULT,
}
MATCHES = {"s": Match.SIMPLE, "f": Match.FULL, "p": Match.PARTIAL}


CONSTRAINT_KINDS = {
    "c": ConstraintKind.CHECK,
    "f": ConstraintKind.FOREIGN_KEY,
    "u": ConstraintKind.UNIQUE,
    "x": ConstraintKind.EXCLUSION,
}


class Relation(NamedTuple):
    """The names of a relation and of its columns, these by `attnum`."""

    name: Name
    columns: dict[int, str]


def key(
    row: KeyRow,
    columns: Mapping[int, str],
    index: IndexRow,
    partitions: PartitionIndexes,
    comment: str | None,
) -> Key:
    """Build a primary key or unique constraint; `index` is the one that enforces it."""
    return Key(
        name=row.name,
        columns=tuple(columns[attnum] for attnum in row.columns),
        index_name=index.name,
        deferrable=row.deferrable,
        deferred=row.deferred,
        nulls_not_distinct=index.nulls_not_distinct,
        without_overlaps=row.without_overlaps,
        include=include(index, columns),
        partition_index_names=partitions.names(row.index_oid),
        comment=comment,
    )


def check(row: CheckRow, columns: Mapping[int, str]) -> Check:
    """Build a table's check. System columns and whole-row references have no name in it."""
    return Check(
        name=row.name,
        columns=tuple(columns[attnum] for attnum in row.columns or () if attnum in columns),
        expression=canonical(row.expression),
        validated=row.validated,
        enforced=row.enforced,
    )


def of_partitions(rows: Iterable[PartitionConstraintRow]) -> tuple[PartitionConstraint, ...]:
    """Build the constraints that partitions have of their own, those alike of several once."""
    found = {
        PartitionConstraint(
            name=row.name, kind=CONSTRAINT_KINDS[row.type], columns=tuple(row.columns)
        )
        for row in rows
    }
    return tuple(sorted(found, key=lambda each: (each.name, each.kind, each.columns)))


def exclusion(
    row: ExclusionRow, columns: Mapping[int, str], partitions: PartitionIndexes
) -> Exclusion:
    """Build an exclusion constraint."""
    return Exclusion(
        name=row.name,
        columns=tuple(columns[attnum] for attnum in row.columns if attnum in columns),
        definition=row.definition,
        deferrable=row.deferrable,
        deferred=row.deferred,
        partition_index_names=partitions.names(row.index_oid),
    )


def foreign_keys(
    rows: Iterable[ForeignKeyRow], relations: Mapping[int, Relation], tables: Collection[int]
) -> dict[int, tuple[ForeignKey, ...]]:
    """Build every foreign key, by the oid of the relation it belongs to, in order of name.

    PostgreSQL derives rows from a key for each partition on either side; they only lend their
    names. A partition that is itself among `tables` has its copy of the parent's key, though:
    that is the key which rows written to the partition have to meet.
    """
    by_oid = {row.oid: row for row in rows}
    clone_names = _CloneNames(by_oid, relations)
    keys: defaultdict[int, list[ForeignKey]] = defaultdict(list)
    for row in by_oid.values():
        if row.parent and (
            row.relation not in tables or row.relation == by_oid[row.parent].relation
        ):
            continue
        keys[row.relation].append(_foreign_key(row, relations, clone_names.of(row)))
    return {
        relation: tuple(sorted(own, key=lambda each: each.name)) for relation, own in keys.items()
    }


class _CloneNames:
    """The names of a key's derived rows, for the key and for each row on the way."""

    def __init__(
        self, by_oid: Mapping[int, ForeignKeyRow], relations: Mapping[int, Relation]
    ) -> None:
        self._relations = relations
        self._derived: defaultdict[int, list[ForeignKeyRow]] = defaultdict(list)
        self._copies: Counter[tuple[int, tuple[int, ...]]] = Counter()
        self._own: defaultdict[tuple[int, tuple[int, ...]], set[str]] = defaultdict(set)
        for row in by_oid.values():
            over = (row.relation, tuple(row.columns))
            if row.parent and by_oid[row.parent].relation == row.relation:
                self._copies[over] += 1
            else:
                self._own[over].add(row.name)
            parent = row.parent
            while parent:
                self._derived[parent].append(row)
                parent = by_oid[parent].parent

    def of(self, key: ForeignKeyRow) -> tuple[str, ...]:
        """Return the names in order: those in the catalog, and those of other versions."""
        derived = self._derived[key.oid]
        names = {row.name for row in derived}
        copies = sum(row.relation == key.relation for row in derived)
        if copies:
            over = (key.relation, tuple(key.columns))
            owner = self._relations[key.relation]
            columns = tuple(owner.columns[attnum] for attnum in key.columns)
            names |= copies_by_key(key.name, copies)
            names |= copies_by_columns(
                owner.name.name, columns, self._copies[over], self._own[over]
            )
        return tuple(sorted(names - {key.name}))


def _foreign_key(
    row: ForeignKeyRow, relations: Mapping[int, Relation], clone_names: tuple[str, ...]
) -> ForeignKey:
    owner, target = relations[row.relation], relations[row.target]
    return ForeignKey(
        name=row.name,
        table=owner.name,
        columns=tuple(owner.columns[attnum] for attnum in row.columns),
        target=target.name,
        target_columns=tuple(target.columns[attnum] for attnum in row.target_columns),
        on_delete=ACTIONS[row.on_delete],
        on_update=ACTIONS[row.on_update],
        set_null_columns=tuple(owner.columns[attnum] for attnum in row.set_null_columns or ()),
        match=MATCHES[row.match],
        deferrable=row.deferrable,
        deferred=row.deferred,
        validated=row.validated,
        enforced=row.enforced,
        period=row.period,
        clone_names=clone_names,
    )


DESCENDING, NULLS_FIRST = 1, 2  # the bits of pg_index.indoption


class PartitionIndexes:
    """The names of the indexes below a partitioned parent's index, all levels of them."""

    def __init__(self, rows: Iterable[IndexPartitionRow]) -> None:
        self._children: defaultdict[int, list[IndexPartitionRow]] = defaultdict(list)
        for row in rows:
            self._children[row.parent].append(row)

    def names(self, index: int) -> tuple[str, ...]:
        """Return the names in order, each once; none when the index has no partitions."""
        if index not in self._children:
            return ()
        names: set[str] = set()
        pending = [index]
        while pending:
            for row in self._children.get(pending.pop(), ()):
                names.add(row.name)
                pending.append(row.oid)
        return tuple(sorted(names))


def index(
    row: IndexRow,
    columns: Mapping[int, str],
    partitions: PartitionIndexes,
    constraint_indexes: Collection[int],
) -> Index:
    """Build one index. `columns` names its table's columns by `attnum`."""
    return Index(
        name=row.name,
        method=row.method,
        unique=row.is_unique,
        keys=_index_keys(row, columns),
        include=include(row, columns),
        predicate=row.predicate and canonical(row.predicate),
        columns_in_expressions=tuple(
            columns[attnum] for attnum in sorted(row.variables or ()) if attnum in columns
        ),
        nulls_not_distinct=row.nulls_not_distinct,
        constraint=row.oid in constraint_indexes,
        valid=row.is_valid,
        partition_index_names=partitions.names(row.oid),
    )


def include(row: IndexRow, columns: Mapping[int, str]) -> tuple[str, ...]:
    """Return the columns that the index only carries along (`INCLUDE`)."""
    return tuple(columns[attnum] for attnum in row.columns[row.key_count :])


def _index_keys(row: IndexRow, columns: Mapping[int, str]) -> tuple[IndexKey, ...]:
    expressions = row.expressions or [None] * row.key_count
    keys = zip(row.columns, row.options, expressions, strict=False)
    return tuple(
        IndexKey(
            column=columns.get(attnum),
            expression=expression,
            descending=bool(option & DESCENDING),
            nulls_first=bool(option & NULLS_FIRST),
        )
        for attnum, option, expression in keys
    )


_LONGEST = 63  # bytes: NAMEDATALEN - 1


def copies_by_key(name: str, number: int) -> set[str]:
    """Give the names that 18 and later derive from the key's own for that many copies."""
    return {object_name(name, "", str(index + 1)) for index in range(number)}


def copies_by_columns(
    table: str, columns: tuple[str, ...], number: int, taken: Collection[str]
) -> set[str]:
    """Give the names that versions before 18 derive from table and columns for that many copies.

    `number` counts the copies of all keys over the same columns of the table, since they share
    one sequence of names; `taken` are those keys' own names.
    """
    names = (name for name in _column_names(table, columns) if name not in taken)
    return set(islice(names, number))


def _column_names(table: str, columns: tuple[str, ...]) -> Iterator[str]:
    addition = "_".join(columns)
    yield object_name(table, addition, "fkey")
    for index in count(1):
        yield object_name(table, addition, f"fkey{index}")


def object_name(first: str, second: str, label: str) -> str:
    """Join the parts with underscores, the longer ones cut until they fit into a name.

    So PostgreSQL names what has no name of its own, if that one is free (`makeObjectName`).
    """
    parts = [first.encode(), second.encode()]
    room = _LONGEST - len(label) - 1 - bool(second)
    lengths = [len(part) for part in parts]
    while sum(lengths) > room:
        lengths[0 if lengths[0] > lengths[1] else 1] -= 1
    cut = [
        part[:length].decode(errors="ignore") for part, length in zip(parts, lengths, strict=True)
    ]
    return "_".join([*filter(None, cut), label])
