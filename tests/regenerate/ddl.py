"""Catalog structs as DDL, as far as `schemas` draws them."""

from __future__ import annotations

from collections.abc import Iterator

from tests.regenerate.schemas import Schema

from ash_scaffold.postgres.catalog import (
    Check,
    Column,
    ForeignKey,
    Identity,
    Index,
    Name,
    Table,
    Type,
    TypeKind,
)
from ash_scaffold.postgres.sql import quote_identifier as q
from ash_scaffold.postgres.type_text import type_text


def schema_ddl(schema: Schema) -> list[str]:
    """Return the statements that make a database."""
    made = ["CREATE SCHEMA shop", *(type_ddl(each) for each in schema.types.values())]
    for table in schema.tables:
        made += table_ddl(table)
    for table in schema.tables:
        made += [foreign_key_ddl(key) for key in table.foreign_keys]
    return made


def named(name: Name) -> str:
    return f"{q(name.schema)}.{q(name.name)}"


def type_ddl(type_: Type) -> str:
    if type_.kind is TypeKind.ENUM:
        labels = ", ".join(text(label) for label in type_.labels)
        return f"CREATE TYPE {named(type_.name)} AS ENUM ({labels})"
    assert type_.base is not None
    checks = " ".join(f"CONSTRAINT {q(c.name)} CHECK {c.expression}" for c in type_.checks)
    return f"CREATE DOMAIN {named(type_.name)} AS {type_text(type_.base)} {checks}"


def table_ddl(table: Table) -> list[str]:
    """Return the statements that make a table, but for its foreign keys."""
    inside = [column_ddl(column) for column in table.columns]
    key = table.primary_key
    if key is not None:
        inside.append(f"CONSTRAINT {q(key.name)} PRIMARY KEY ({columns(key.columns)})")
    inside += [f"CONSTRAINT {q(u.name)} UNIQUE ({columns(u.columns)})" for u in table.unique_keys]
    inside += [check_ddl(check) for check in table.checks]
    return [
        f"CREATE TABLE {named(table.name)} ({', '.join(inside)})",
        *(index_ddl(table.name, index) for index in table.indexes if not index.constraint),
        *comments_ddl(table),
    ]


def columns(names: tuple[str, ...]) -> str:
    return ", ".join(map(q, names))


def column_ddl(column: Column) -> str:
    parts = [q(column.name), type_text(column.type)]
    parts += ["NOT NULL"] if column.not_null else []
    parts += [f"DEFAULT {column.default}"] if column.default else []
    if column.identity is not Identity.NONE:
        parts.append(f"GENERATED {column.identity.upper()} AS IDENTITY")
    return " ".join(parts)


def check_ddl(check: Check) -> str:
    return f"CONSTRAINT {q(check.name)} CHECK {check.expression}"


def index_ddl(table: Name, index: Index) -> str:
    keys = ", ".join(q(k.column) if k.column else f"({k.expression})" for k in index.keys)
    unique = "UNIQUE " if index.unique else ""
    where = f" WHERE {index.predicate}" if index.predicate else ""
    return f"CREATE {unique}INDEX {q(index.name)} ON {named(table)} ({keys}){where}"


def foreign_key_ddl(key: ForeignKey) -> str:
    return (
        f"ALTER TABLE {named(key.table)} ADD CONSTRAINT {q(key.name)} "
        f"FOREIGN KEY ({columns(key.columns)}) REFERENCES {named(key.target)} "
        f"({columns(key.target_columns)}) ON DELETE {key.on_delete.upper()} "
        f"ON UPDATE {key.on_update.upper()}"
    )


def comments_ddl(table: Table) -> Iterator[str]:
    if table.comment is not None:
        yield comment_ddl(f"TABLE {named(table.name)}", table.comment)
    for column in table.columns:
        if column.comment is not None:
            yield comment_ddl(f"COLUMN {named(table.name)}.{q(column.name)}", column.comment)


def comment_ddl(of: str, comment: str | None) -> str:
    return f"COMMENT ON {of} IS {'NULL' if comment is None else text(comment)}"


def text(value: str) -> str:
    """Write a string as SQL."""
    return "'" + value.replace("'", "''") + "'"
