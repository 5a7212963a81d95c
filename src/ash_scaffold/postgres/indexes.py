"""Indexes from the rows of `pg_index`, and the names that partitions' indexes have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from ash_scaffold.postgres.canonical import canonical
from ash_scaffold.postgres.catalog import Index, IndexKey
from ash_scaffold.postgres.rows import IndexPartitionRow, IndexRow

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
        keys=_keys(row, columns),
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


def _keys(row: IndexRow, columns: Mapping[int, str]) -> tuple[IndexKey, ...]:
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
