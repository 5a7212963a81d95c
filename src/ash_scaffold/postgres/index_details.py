"""What decides whether one index can stand in for another, beyond what resources ask of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from ash_scaffold.postgres.catalog import Name


class KeyDetails(msgspec.Struct, frozen=True):
    """A key of an index: its text, and the column where it is no expression.

    `rules` are the numbers of its operator class, its collation and its order, which belong to one
    database and serve to compare its indexes.
    """

    text: str
    column: str | None
    rules: tuple[str, ...]


class IndexDetails(msgspec.Struct, frozen=True, kw_only=True):
    """An index. `definition` is `pg_get_indexdef`.

    `constraint` is true when a primary key, unique or exclusion constraint owns it; `kept` when it
    is the replica identity of its table, or the order of its CLUSTER.
    """

    table: Name
    name: str
    method: str
    keys: tuple[KeyDetails, ...]
    include: tuple[str, ...] = ()
    predicate: str | None = None
    unique: bool = False
    constraint: bool = False
    kept: bool = False
    valid: bool = True
    definition: str = ""


class IndexDetailsRow(NamedTuple):
    """`advise/indexes.sql`."""

    schema: str
    relation: str
    name: str
    method: str
    texts: list[str | None]
    columns: list[str | None]
    classes: list[str]
    collations: list[str]
    options: list[str]
    key_count: int
    predicate: str | None
    is_unique: bool
    of_constraint: bool
    is_kept: bool
    is_valid: bool
    definition: str | None


def index_details(rows: Iterable[IndexDetailsRow]) -> dict[Name, tuple[IndexDetails, ...]]:
    """Return the indexes by relation, in order of their names.

    One that was dropped meanwhile is left out.
    """
    found: dict[Name, list[IndexDetails]] = {}
    for row in rows:
        if row.definition is None:
            continue
        table = Name(row.schema, row.relation)
        count = row.key_count
        rules = zip(row.classes, row.collations, row.options, strict=False)
        found.setdefault(table, []).append(
            IndexDetails(
                table=table,
                name=row.name,
                method=row.method,
                keys=tuple(
                    KeyDetails(key_text or "", column, tuple(rule))
                    for key_text, column, rule in zip(
                        row.texts[:count], row.columns[:count], rules, strict=False
                    )
                ),
                include=tuple(name for name in row.columns[count:] if name is not None),
                predicate=row.predicate,
                unique=row.is_unique,
                constraint=row.of_constraint,
                kept=row.is_kept,
                valid=row.is_valid,
                definition=row.definition,
            )
        )
    return {table: tuple(indexes) for table, indexes in found.items()}
