"""A random change of a schema: to the structs, as DDL, and the DDL that undoes it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from tests.elixir.merging import Dice
from tests.regenerate import ddl
from tests.regenerate.schemas import Schema, schema_with

from ash_scaffold.postgres.catalog import Column, Name, Table


class Tweak(msgspec.Struct, frozen=True, kw_only=True):
    """A changed schema, and the DDL for it.

    `undo` is the DDL that restores the catalog, None where no DDL does.
    """

    what: str
    schema: Schema
    ddl: tuple[str, ...]
    undo: tuple[str, ...] | None
    table: Name


class Drawing(msgspec.Struct, frozen=True):
    """A schema, one of its tables, and the dice."""

    dice: Dice
    schema: Schema
    table: Table

    @property
    def at(self) -> str:
        return ddl.named(self.table.name)

    @property
    def column(self) -> Column | None:
        """A column that is no key, and that no key refers to."""
        keyed = key_columns(self.schema, self.table)
        free = [column for column in self.table.columns if column.name not in keyed]
        return self.dice.one(free) if free else None

    @property
    def plain_column(self) -> Column | None:
        """A column that no expression and no key mentions."""
        column = self.column
        if column is None or any(column.name in c.columns for c in self.table.checks):
            return None
        inside = [name for i in self.table.indexes for name in i.columns_in_expressions]
        return None if column.name in inside or column.default else column

    def tweak(
        self,
        what: str,
        table: Table,
        does: str | Sequence[str],
        undo: str | Sequence[str] | None,
    ) -> Tweak:
        return self.to(what, with_table(self.schema, table), does, undo)

    def to(
        self,
        what: str,
        schema: Schema,
        does: str | Sequence[str],
        undo: str | Sequence[str] | None,
    ) -> Tweak:
        return Tweak(
            what=what,
            schema=schema,
            ddl=(does,) if isinstance(does, str) else tuple(does),
            undo=(undo,) if isinstance(undo, str) else None if undo is None else tuple(undo),
            table=self.table.name,
        )


def with_table(schema: Schema, table: Table) -> Schema:
    """Put a table in place of the one with its oid."""
    tables = [table if each.oid == table.oid else each for each in schema.tables]
    return schema_with(tables, schema.types)


def key_columns(schema: Schema, table: Table) -> set[str]:
    """Return the columns of a table that keys are made of, or refer to."""
    found = set(table.primary_key.columns) if table.primary_key is not None else set()
    for other in schema.tables:
        for key in other.foreign_keys:
            found |= set(key.columns) if other is table else set()
            found |= set(key.target_columns) if key.target == table.name else set()
    return found


def relation_names(schema: Schema) -> set[str]:
    """Return the names that a new relation can't have."""
    found = {table.name.name for table in schema.tables}
    return found | {index.name for table in schema.tables for index in table.indexes}
