"""Relationships that the configuration asks for, as the foreign keys the database doesn't have."""

from __future__ import annotations

from collections.abc import Iterable

from ash_scaffold.ash.keys import primary_key
from ash_scaffold.ash.links import Asked
from ash_scaffold.config.faults import did_you_mean
from ash_scaffold.config.match import Resolver, table_pattern
from ash_scaffold.config.options import RelationshipConfig
from ash_scaffold.postgres.catalog import Database, ForeignKey, Table
from ash_scaffold.problem import Code, fail


def asked_relationships(database: Database, config: Resolver) -> tuple[Asked, ...]:
    """Return what every `[tables.….relationships.…]` asks for.

    Raises `ScaffoldError` for one that names a table or column that is not there, or pairs
    columns that don't pair.
    """
    if not any(entry.relationships for entry in config.config.tables.values()):
        return ()
    return tuple(
        _asked(database, table, role, wish, config)
        for table in database.tables
        for role, wish in config.for_table(table.name).relationships.items()
    )


def _asked(
    database: Database, table: Table, role: str, wish: RelationshipConfig, config: Resolver
) -> Asked:
    where = f"[tables.{table.name}.relationships.{role}]"
    other = _target(database, wish, where)
    key = primary_key(other, config.for_table(other.name).primary_key)
    columns = wish.target_columns or (key.columns if key is not None else ())
    _require_columns(table, wish.columns, where)
    _require_columns(other, columns, where)
    if len(columns) != len(wish.columns):
        raise fail(
            Code.CONFIG_INVALID,
            f"It pairs {len(wish.columns)} columns with {len(columns)} of {other.name}.",
            where=where,
            todo="Give target_columns, one for each of columns.",
        )
    forward = wish.kind == "belongs_to"
    return Asked(
        key=ForeignKey(
            name=f"{role} (configured)",
            table=table.name if forward else other.name,
            columns=wish.columns if forward else columns,
            target=other.name if forward else table.name,
            target_columns=columns if forward else wish.columns,
        ),
        belongs_to=role if forward else wish.inverse,
        inverse=wish.inverse if forward else role,
        one=wish.kind == "has_one",
    )


def _target(database: Database, wish: RelationshipConfig, where: str) -> Table:
    pattern = table_pattern(wish.target)
    found = [table for table in database.tables if pattern.matches(table.name)]
    if len(found) == 1:
        return found[0]
    raise fail(
        Code.UNKNOWN_NAME,
        f"There is no table {wish.target}.",
        where=where,
        todo=did_you_mean(wish.target, [str(table.name) for table in database.tables]),
    )


def _require_columns(table: Table, columns: Iterable[str], where: str) -> None:
    names = [column.name for column in table.columns]
    for column in columns:
        if column not in names:
            raise fail(
                Code.UNKNOWN_NAME,
                f"{table.name} has no column {column}.",
                where=where,
                todo=did_you_mean(column, names),
            )
