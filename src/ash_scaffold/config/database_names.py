"""Checks the names in the configuration against the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import msgspec

from ash_scaffold.config.faults import Fault, did_you_mean
from ash_scaffold.config.match import (
    NamePattern,
    column_pattern,
    is_glob,
    matches_glob,
    table_pattern,
    type_pattern,
)
from ash_scaffold.config.options import FILE_NAME, Config, RelationshipConfig, TableConfig
from ash_scaffold.postgres.catalog import EVERY_SCHEMA, Database, Name, Table
from ash_scaffold.problem import Code, Problem, ScaffoldError
from ash_scaffold.toml_text import KeyPath


def check_names(
    config: Config, database: Database, left_out: Collection[Name] = ()
) -> tuple[Problem, ...]:
    """Return an error for every schema, table, column and type of the file that isn't there.

    `left_out` are relations that exist but are not among `database.tables`, such as those that
    every run skips: naming one is no error.
    """
    faults = [
        *_schema_faults(config, database),
        *_table_faults(config, database, left_out),
        *_entry_faults(config, database),
        *_column_pattern_faults(config, database),
        *_type_faults(config, database),
        *_tenancy_faults(config, database),
    ]
    return tuple(fault.problem(FILE_NAME) for fault in faults)


def require_names(
    config: Config,
    database: Database,
    left_out: Collection[Name] = (),
    *,
    pending: bool = False,
) -> None:
    """Raise `ScaffoldError` with all that `check_names` finds.

    With `pending` the database lacks migrations, and a name may be that of something to come.
    """
    problems = check_names(config, database, left_out)
    if pending:
        problems = tuple(msgspec.structs.replace(each, todo=_TO_COME) for each in problems)
    if problems:
        raise ScaffoldError(*problems)


_TO_COME = "A migration that is missing may make it: migrate first. Else correct the name."


def schemas_named(config: Config) -> tuple[str, ...]:
    """Return the schemas that the file names, in its lists and in its patterns, by name.

    A run reads them in addition to `public`, which is left out here unless it is written. `*` is
    `EVERY_SCHEMA`.
    """
    named = set(config.schemas)
    for _, text in _table_texts(config):
        named.update(table_pattern(text).schemas if "." in text else ())
    for text in config.columns:
        named.update(column_pattern(text).table.schemas if text.count(".") > 1 else ())
    for entry in config.tables.values():
        targets = [relationship.target for relationship in entry.relationships.values()]
        named.update(table_pattern(text).schemas[0] for text in targets if "." in text)
    if config.tenancy is not None and config.tenancy.schema is not None:
        named.add(config.tenancy.schema)
    names = {schema for schema in named if not is_glob(schema)}
    return tuple(sorted(names | ({EVERY_SCHEMA} & set(config.schemas))))


def _unknown(path: KeyPath, what: str, name: str, names: Iterable[str]) -> Fault:
    return Fault(path, f"names {what}", did_you_mean(name, names), Code.UNKNOWN_NAME)


def _schema_faults(config: Config, database: Database) -> Iterator[Fault]:
    schemas = {"public", *database.schemas, *(schema for schema, _ in database.other_schemas)}
    # Tables of a database that this run doesn't read have theirs.
    schemas |= {table.name.schema for table in database.tables}
    for schema in config.schemas:
        if schema not in schemas and schema != EVERY_SCHEMA:
            yield _unknown(
                ("schemas",), f"{schema}, but there is no schema of that name", schema, schemas
            )


def _table_texts(config: Config) -> Iterator[tuple[KeyPath, str]]:
    for key in config.tables:
        yield ("tables", key), key
    for domain, entry in config.domains.items():
        for text in entry.tables:
            yield ("domains", domain, "tables"), text
    for text in config.exclude:
        yield ("exclude",), text
    for text in config.owned_by_ash:
        yield ("owned_by_ash",), text
    if config.tenancy is not None:
        for text in config.tenancy.except_tables:
            yield ("tenancy", "except"), text
        if config.tenancy.tenants is not None:
            yield ("tenancy", "tenants"), config.tenancy.tenants


def _table_faults(
    config: Config, database: Database, left_out: Collection[Name]
) -> Iterator[Fault]:
    names = {*(table.name for table in database.tables), *left_out}
    for path, text in _table_texts(config):
        pattern = table_pattern(text)
        there = any(name in names for name in pattern.names) if pattern.exact else False
        if not there and not any(map(pattern.matches, names)):
            yield _absent_table(path, pattern, names, database)


def _absent_table(
    path: KeyPath, pattern: NamePattern, names: Iterable[Name], database: Database
) -> Fault:
    if pattern.schemas == (database.template,):
        what = f"names {pattern.text}, whose schema stands for those of all tenants"
        return Fault(path, what, f"Write {pattern.name}.", Code.UNKNOWN_NAME)
    return _unknown(path, _no_table(pattern.text), pattern.text, map(str, names))


def _no_table(text: str) -> str:
    if is_glob(text):
        return f"{text}, but no table matches it"
    return f"{text}, but there is no table of that name"


def _matching(database: Database, text: str) -> list[Table]:
    pattern = table_pattern(text)
    return [table for table in database.tables if pattern.matches(table.name)]


def _column_names(tables: Iterable[Table]) -> set[str]:
    return {column.name for table in tables for column in table.columns}


def _entry_faults(config: Config, database: Database) -> Iterator[Fault]:
    for key, entry in config.tables.items():
        # An entry of a table that isn't there has had its fault.
        if tables := _matching(database, key):
            columns = _column_names(tables)
            yield from _columns_of_entry(entry, ("tables", key), key, columns)
            for name, relationship in entry.relationships.items():
                path: KeyPath = ("tables", key, "relationships", name)
                yield from _relationship_faults(relationship, path, key, columns, database)


def _columns_of_entry(
    entry: TableConfig, path: KeyPath, table: str, columns: set[str]
) -> Iterator[Fault]:
    for glob in entry.columns:
        if not any(matches_glob(glob, column) for column in columns):
            yield _no_column((*path, "columns", glob), glob, table, columns)
    for column in entry.primary_key or ():
        if column not in columns:
            yield _no_column((*path, "primary_key"), column, table, columns)
    if isinstance(entry.tenancy, str) and entry.tenancy not in columns:
        yield _no_column((*path, "tenancy"), entry.tenancy, table, columns)


def _no_column(path: KeyPath, column: str, table: str, columns: set[str]) -> Fault:
    return _unknown(path, f"{column}, but {table} has no such column", column, columns)


def _relationship_faults(
    relationship: RelationshipConfig,
    path: KeyPath,
    table: str,
    columns: set[str],
    database: Database,
) -> Iterator[Fault]:
    for column in relationship.columns:
        if column not in columns:
            yield _no_column((*path, "columns"), column, table, columns)
    wanted = table_pattern(relationship.target).names[0]
    target = [table for table in database.tables if table.name == wanted]
    if not target:
        tables = (str(each.name) for each in database.tables)
        what = f"{relationship.target}, but there is no table of that name"
        yield _unknown((*path, "target"), what, relationship.target, tables)
        return
    known_columns = _column_names(target)
    for column in relationship.target_columns:
        if column not in known_columns:
            yield _no_column((*path, "target_columns"), column, relationship.target, known_columns)


def _column_pattern_faults(config: Config, database: Database) -> Iterator[Fault]:
    for text in config.columns:
        pattern = column_pattern(text)
        path: KeyPath = ("columns", text)
        tables = [table for table in database.tables if pattern.table.matches(table.name)]
        columns = _column_names(tables)
        if not tables:
            names = (table.name for table in database.tables)
            yield _absent_table(path, pattern.table, names, database)
        elif not any(matches_glob(pattern.column, column) for column in columns):
            what = f"{text}, but no column matches it"
            yield _unknown(path, what, pattern.column, columns)


def _tenancy_faults(config: Config, database: Database) -> Iterator[Fault]:
    tenancy = config.tenancy
    if tenancy is None:
        return
    if tenancy.column is not None:
        columns = _column_names(database.tables)
        if tenancy.column not in columns:
            what = f"{tenancy.column}, but no table has such a column"
            yield _unknown(("tenancy", "column"), what, tenancy.column, columns)
    schemas = {*database.schemas, *(schema for schema, _ in database.other_schemas)}
    schemas |= {*database.tenant_schemas, database.template} - {""}
    for text in (tenancy.schema, *tenancy.schemas):
        if text is not None and not any(matches_glob(text, schema) for schema in schemas):
            key = "schema" if text == tenancy.schema else "schemas"
            ends = "matches it" if is_glob(text) else "has that name"
            what = f"{text}, but no schema {ends}"
            yield _unknown(("tenancy", key), what, text, schemas)


def _type_faults(config: Config, database: Database) -> Iterator[Fault]:
    names = {
        name.name if name.schema in ("pg_catalog", "public") else str(name)
        for name in database.types
    }
    for text in config.types:
        if not any(map(type_pattern(text).matches, database.types)):
            what = f"{text}, but no column has a type of that name"
            yield _unknown(("types", text), what, text, names)
