"""The names that PostgreSQL derives for the copies of a key to a partitioned table.

Such a key is copied for every partition that it points at, and an error names one of the copies.
How they are named depends on the version that made them: from the key's own name since 18, from
its table and columns before. A database must read the same on all of them, so both are given.

Source: `addFkConstraint` and `ChooseConstraintName` in PostgreSQL's tablecmds.c and
pg_constraint.c, `makeObjectName` in indexcmds.c.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count, islice

_LONGEST = 63  # bytes: NAMEDATALEN - 1


def copies_by_key(name: str, number: int) -> set[str]:
    """Give the names that 18 and later derive from the key's own for that many copies."""
    return {_object_name(name, "", str(index + 1)) for index in range(number)}


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
    yield _object_name(table, addition, "fkey")
    for index in count(1):
        yield _object_name(table, addition, f"fkey{index}")


def _object_name(first: str, second: str, label: str) -> str:
    """Join the parts with underscores, the longer ones cut until they fit into a name."""
    parts = [first.encode(), second.encode()]
    room = _LONGEST - len(label) - 1 - bool(second)
    lengths = [len(part) for part in parts]
    while sum(lengths) > room:
        lengths[0 if lengths[0] > lengths[1] else 1] -= 1
    cut = [
        part[:length].decode(errors="ignore") for part, length in zip(parts, lengths, strict=True)
    ]
    return "_".join([*filter(None, cut), label])
