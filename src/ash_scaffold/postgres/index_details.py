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
    """An index as the query of `indexes_of` has it."""

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


_INDEXES = """
SELECT
  n.nspname AS schema,
  c.relname AS relation,
  ic.relname AS name,
  am.amname AS method,
  ARRAY(
    SELECT pg_get_indexdef(i.indexrelid, k, false)
    FROM generate_series(1, CAST(i.indnatts AS integer)) AS k
  ) AS texts,
  ARRAY(
    SELECT CASE WHEN i.indkey[k - 1] <> 0 THEN (
      SELECT CAST(a.attname AS text) FROM pg_catalog.pg_attribute AS a
      WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1]
    ) END
    FROM generate_series(1, CAST(i.indnatts AS integer)) AS k
  ) AS columns,
  CAST(CAST(i.indclass AS oid[]) AS text[]) AS classes,
  CAST(CAST(i.indcollation AS oid[]) AS text[]) AS collations,
  CAST(CAST(i.indoption AS smallint[]) AS text[]) AS options,
  i.indnkeyatts AS key_count,
  pg_get_expr(i.indpred, i.indrelid) AS predicate,
  i.indisunique AS is_unique,
  EXISTS (
    SELECT FROM pg_catalog.pg_constraint AS con
    WHERE con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x')
  ) AS of_constraint,
  i.indisreplident OR i.indisclustered AS is_kept,
  i.indisvalid AND i.indisready AS is_valid,
  pg_get_indexdef(i.indexrelid) AS definition
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class AS ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_am AS am ON am.oid = ic.relam
WHERE n.nspname = ANY (CAST({schemas} AS name[])) AND c.relkind IN ('r', 'p', 'm')
ORDER BY n.nspname, c.relname, ic.relname
"""


def indexes_of(schemas: str) -> str:
    """Return the query for the indexes of some schemas' relations; `schemas` is an SQL array."""
    return _INDEXES.format(schemas=schemas)


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
