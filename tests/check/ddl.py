"""Every kind of single-step DDL, written for the objects of a schema that is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product

import msgspec

from ash_scaffold.ash.scope import is_skipped
from ash_scaffold.postgres.catalog import (
    Action,
    Column,
    Database,
    ForeignKey,
    Generated,
    Identity,
    Index,
    Name,
    RelationKind,
    Table,
    Type,
    TypeKind,
)
from ash_scaffold.postgres.sql import quote_identifier as q
from ash_scaffold.postgres.sql import quote_name

NEW = "mutated_x"
# A rename that only the configuration can tell from a new object, where nothing is remembered.
UNCLEAR = "rename unclear"


class Step(msgspec.Struct, frozen=True):
    """One statement, and the table or type that it changes."""

    sql: str
    about: Name
    more: frozenset[Name] = frozenset()


Steps = Iterator[Step]
Maker = Callable[[Database], Steps]


class Kind(msgspec.Struct, frozen=True):
    """A kind of DDL: the words that a finding about it may have; none for a harmless one."""

    name: str
    words: frozenset[str]
    make: Maker


KINDS: list[Kind] = []


def kind(name: str, *words: str) -> Callable[[Maker], Maker]:
    def add(make: Maker) -> Maker:
        KINDS.append(Kind(name, frozenset(words), make))
        return make

    return add


def n(name: Name) -> str:
    return quote_name(name) if name.schema != "public" else f"public.{q(name.name)}"


def tables(database: Database) -> Iterator[Table]:
    """Give those that get a resource."""
    for table in database.tables:
        plain = table.kind is RelationKind.TABLE and not table.inherits
        if plain and not is_skipped(table.name):
            yield table


def views(database: Database) -> Iterator[Table]:
    return (each for each in database.tables if each.kind is RelationKind.VIEW)


def columns(database: Database) -> Iterator[tuple[Table, Column]]:
    """Give plain columns: no keys, no generated ones."""
    for table in tables(database):
        keyed = set(table.primary_key.columns) if table.primary_key else set()
        keyed |= {name for key in table.foreign_keys for name in key.columns}
        for column in table.columns:
            plain = column.generated is Generated.NONE and column.identity is Identity.NONE
            if column.name not in keyed and plain:
                yield table, column


def alter(table: Table, action: str, more: Iterable[Name] = ()) -> Step:
    return Step(f"ALTER TABLE {n(table.name)} {action}", table.name, frozenset(more))


def altered(table: Table, column: Column, action: str) -> Step:
    return alter(table, f"ALTER COLUMN {q(column.name)} {action}")


def is_type(column: Column, *names: str) -> bool:
    type_ = column.type
    return type_.name.schema == "pg_catalog" and type_.name.name in names and not type_.is_array


# columns


@kind("column added", "column added")
def _(database: Database) -> Steps:
    return (alter(table, f"ADD COLUMN {NEW} text") for table in tables(database))


@kind("column added, not null with default", "column added")
def _(database: Database) -> Steps:
    action = f"ADD COLUMN {NEW} integer NOT NULL DEFAULT 7"
    return (alter(table, action) for table in tables(database))


@kind("column added, generated", "column added")
def _(database: Database) -> Steps:
    action = f"ADD COLUMN {NEW} integer GENERATED ALWAYS AS (1 + 1) STORED"
    return (alter(table, action) for table in tables(database))


@kind("column dropped", "column dropped")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        yield alter(table, f"DROP COLUMN {q(column.name)} CASCADE")


@kind("column renamed", "column renamed", UNCLEAR)
def _(database: Database) -> Steps:
    for table, column in columns(database):
        yield alter(table, f"RENAME COLUMN {q(column.name)} TO {NEW}")


@kind("key column renamed", "column renamed", UNCLEAR)
def _(database: Database) -> Steps:
    for table in tables(database):
        for key in table.foreign_keys:
            yield alter(table, f"RENAME COLUMN {q(key.columns[0])} TO {NEW}", [key.target])


@kind("type changed: text to varchar", "type changed")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if is_type(column, "text"):
            yield altered(table, column, "TYPE varchar(900)")


@kind("type changed: longer varchar", "type changed")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if is_type(column, "varchar", "bpchar"):
            yield altered(table, column, "TYPE varchar(901)")


@kind("type changed: integer to bigint", "type changed")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if is_type(column, "int4", "int2"):
            yield altered(table, column, "TYPE bigint")


@kind("type changed: numeric's scale", "type changed")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if is_type(column, "numeric"):
            yield altered(table, column, "TYPE numeric(31, 7)")


@kind("type changed: timestamp's zone", "type changed")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if is_type(column, "timestamp"):
            yield altered(table, column, "TYPE timestamptz")
        elif is_type(column, "timestamptz"):
            yield altered(table, column, "TYPE timestamp")


@kind("type changed: json to text", "type changed")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if is_type(column, "json", "jsonb") and column.default is None:
            yield altered(table, column, "TYPE text")


@kind("nullability changed: not null", "nullability changed")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if not column.not_null:
            yield altered(table, column, "SET NOT NULL")


@kind("nullability changed: null allowed", "nullability changed")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if column.not_null:
            yield altered(table, column, "DROP NOT NULL")


@kind("default set", "default changed")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if column.default is None and is_type(column, "text", "varchar"):
            yield altered(table, column, "SET DEFAULT 'mutated'")
        elif column.default is None and is_type(column, "int4", "int8"):
            yield altered(table, column, "SET DEFAULT 41")


@kind("default dropped", "default changed")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if column.default is not None:
            yield altered(table, column, "DROP DEFAULT")


@kind("identity added", "identity changed")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if column.default is None and column.not_null and is_type(column, "int4", "int8"):
            yield altered(table, column, "ADD GENERATED ALWAYS AS IDENTITY")


@kind("identity changed", "identity changed")
def _(database: Database) -> Steps:
    for table in tables(database):
        for column in table.columns:
            if column.identity is Identity.BY_DEFAULT:
                yield altered(table, column, "SET GENERATED ALWAYS")
            elif column.identity is Identity.ALWAYS:
                yield altered(table, column, "SET GENERATED BY DEFAULT")


@kind("identity dropped", "identity changed")
def _(database: Database) -> Steps:
    for table in tables(database):
        for column in table.columns:
            if column.identity is not Identity.NONE:
                yield altered(table, column, "DROP IDENTITY")


@kind("generation dropped", "generated changed")
def _(database: Database) -> Steps:
    for table in tables(database):
        for column in table.columns:
            if column.generated is Generated.STORED:
                yield altered(table, column, "DROP EXPRESSION")


@kind("collation changed", "collation changed")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if is_type(column, "text") and column.collation is None:
            yield altered(table, column, 'TYPE text COLLATE "C"')


@kind("comment on a column", "comment changed")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        yield Step(f"COMMENT ON COLUMN {n(table.name)}.{q(column.name)} IS 'new'", table.name)


# tables and views


@kind("table added", "no resource")
def _(database: Database) -> Steps:
    for table in tables(database):
        name = Name(table.name.schema, NEW)
        yield Step(f"CREATE TABLE {n(name)} (LIKE {n(table.name)} INCLUDING ALL)", name)


@kind("table dropped", "table dropped")
def _(database: Database) -> Steps:
    for table in tables(database):
        yield Step(f"DROP TABLE {n(table.name)} CASCADE", table.name, parents(table))


@kind("table renamed", "table renamed", UNCLEAR)
def _(database: Database) -> Steps:
    for table in tables(database):
        name = Name(table.name.schema, NEW)
        yield Step(
            f"ALTER TABLE {n(table.name)} RENAME TO {NEW}",
            name,
            frozenset({table.name}) | parents(table),
        )


@kind("table moved", "table moved", UNCLEAR)
def _(database: Database) -> Steps:
    for table, schema in product(tables(database), database.schemas):
        if schema != table.name.schema:
            name = Name(schema, table.name.name)
            sql = f"ALTER TABLE {n(table.name)} SET SCHEMA {q(schema)}"
            yield Step(sql, name, frozenset({table.name}) | parents(table))


@kind("comment on a table", "comment changed")
def _(database: Database) -> Steps:
    for table in tables(database):
        yield Step(f"COMMENT ON TABLE {n(table.name)} IS 'another comment'", table.name)


@kind("row security on", "row security changed")
def _(database: Database) -> Steps:
    for table in tables(database):
        on = "DISABLE" if table.row_security else "ENABLE"
        yield alter(table, f"{on} ROW LEVEL SECURITY")


@kind("partition added", "partitions changed", "constraint added")
def _(database: Database) -> Steps:
    for table in database.tables:
        # Without a key or an index a partition brings no name that a resource could lack.
        names = (*table.indexes, *table.foreign_keys, *table.exclusions)
        if table.kind is RelationKind.PARTITIONED and names:
            name = n(Name(table.name.schema, NEW))
            yield Step(f"CREATE TABLE {name} PARTITION OF {n(table.name)} DEFAULT", table.name)


@kind("view added", "no resource")
def _(database: Database) -> Steps:
    for table in tables(database):
        name = Name(table.name.schema, NEW)
        yield Step(f"CREATE VIEW {n(name)} AS SELECT * FROM {n(table.name)}", name)


@kind("view dropped", "view dropped")
def _(database: Database) -> Steps:
    return (Step(f"DROP VIEW {n(view.name)} CASCADE", view.name) for view in views(database))


@kind("view renamed", "view renamed", UNCLEAR)
def _(database: Database) -> Steps:
    for view in views(database):
        name = Name(view.name.schema, NEW)
        yield Step(f"ALTER VIEW {n(view.name)} RENAME TO {NEW}", name, frozenset({view.name}))


@kind("view's column renamed", "column renamed", UNCLEAR)
def _(database: Database) -> Steps:
    for view in views(database):
        column = q(view.columns[0].name)
        yield Step(f"ALTER VIEW {n(view.name)} RENAME COLUMN {column} TO {NEW}", view.name)


def parents(table: Table) -> frozenset[Name]:
    return frozenset(key.target for key in table.foreign_keys)


# keys and constraints


@kind("primary key dropped", "primary key dropped")
def _(database: Database) -> Steps:
    for table in tables(database):
        if table.primary_key is not None:
            yield alter(table, f"DROP CONSTRAINT {q(table.primary_key.name)} CASCADE")


@kind("primary key added", "primary key added")
def _(database: Database) -> Steps:
    for table in tables(database):
        if table.primary_key is None:
            for column in table.columns:
                if column.not_null:
                    yield alter(table, f"ADD PRIMARY KEY ({q(column.name)})")


@kind("primary key renamed", "primary key renamed")
def _(database: Database) -> Steps:
    for table in tables(database):
        if table.primary_key is not None:
            yield alter(table, f"RENAME CONSTRAINT {q(table.primary_key.name)} TO {NEW}_pk")


@kind("unique constraint added", "constraint added")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if is_type(column, "text", "varchar", "int4", "int8", "uuid"):
            yield alter(table, f"ADD CONSTRAINT {NEW}_key UNIQUE ({q(column.name)})")


@kind("unique constraint dropped", "constraint dropped")
def _(database: Database) -> Steps:
    for table in tables(database):
        for key in table.unique_keys:
            yield alter(table, f"DROP CONSTRAINT {q(key.name)} CASCADE")


@kind("unique constraint renamed", "constraint renamed")
def _(database: Database) -> Steps:
    for table in tables(database):
        for key in table.unique_keys:
            yield alter(table, f"RENAME CONSTRAINT {q(key.name)} TO {NEW}_key")


@kind("check added", "constraint added")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if is_type(column, "int4", "int8", "numeric", "int2"):
            check = f"CHECK ({q(column.name)} > -99999) NOT VALID"
            yield alter(table, f"ADD CONSTRAINT {NEW}_check {check}")


@kind("check dropped", "constraint dropped")
def _(database: Database) -> Steps:
    for table in tables(database):
        for check in table.checks:
            yield alter(table, f"DROP CONSTRAINT {q(check.name)}")


@kind("check renamed", "constraint renamed")
def _(database: Database) -> Steps:
    for table in tables(database):
        for check in table.checks:
            yield alter(table, f"RENAME CONSTRAINT {q(check.name)} TO {NEW}_check")


@kind("exclusion added", "constraint added")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        if is_type(column, "text", "int4", "int8", "varchar"):
            by = f"EXCLUDE USING btree ({q(column.name)} WITH =)"
            yield alter(table, f"ADD CONSTRAINT {NEW}_excl {by}")


@kind("exclusion dropped", "constraint dropped")
def _(database: Database) -> Steps:
    for table in tables(database):
        for each in table.exclusions:
            yield alter(table, f"DROP CONSTRAINT {q(each.name)}")


@kind("foreign key added", "foreign key added")
def _(database: Database) -> Steps:
    for table, target in product(tables(database), list(tables(database))[:6]):
        key = target.primary_key
        if key is None or len(key.columns) > 1:
            continue
        type_ = target.column(key.columns[0]).type
        for column in table.columns:
            taken = any(column.name in each.columns for each in table.foreign_keys)
            if column.type == type_ and not taken and column.identity is Identity.NONE:
                action = (
                    f"ADD CONSTRAINT {NEW}_fk FOREIGN KEY ({q(column.name)}) "
                    f"REFERENCES {n(target.name)} NOT VALID"
                )
                yield alter(table, action, [target.name])
                break


def keys(database: Database) -> Iterator[tuple[Table, ForeignKey]]:
    return ((table, key) for table in tables(database) for key in table.foreign_keys)


@kind("foreign key dropped", "foreign key dropped")
def _(database: Database) -> Steps:
    for table, key in keys(database):
        yield alter(table, f"DROP CONSTRAINT {q(key.name)}", [key.target])


@kind("foreign key renamed", "foreign key renamed")
def _(database: Database) -> Steps:
    for table, key in keys(database):
        yield alter(table, f"RENAME CONSTRAINT {q(key.name)} TO {NEW}_fk", [key.target])


@kind("foreign key's action changed", "foreign key changed")
def _(database: Database) -> Steps:
    for table, key in keys(database):
        action = "SET NULL" if key.on_delete is Action.CASCADE else "CASCADE"
        yield alter(
            table,
            f"DROP CONSTRAINT {q(key.name)}, ADD CONSTRAINT {q(key.name)} FOREIGN KEY "
            f"({', '.join(map(q, key.columns))}) REFERENCES {n(key.target)} "
            f"({', '.join(map(q, key.target_columns))}) ON DELETE {action} NOT VALID",
            [key.target],
        )


@kind("foreign key made deferrable", "foreign key changed")
def _(database: Database) -> Steps:
    for table, key in keys(database):
        if not key.deferrable:
            yield alter(table, f"ALTER CONSTRAINT {q(key.name)} DEFERRABLE", [key.target])


# indexes


def indexes(database: Database) -> Iterator[tuple[Table, Index]]:
    for table in tables(database):
        for index in table.indexes:
            if not index.constraint:
                yield table, index


def _create(database: Database, words: str, tail: str = "") -> Steps:
    for table, column in columns(database):
        if is_type(column, "text", "varchar", "int4", "int8", "uuid", "timestamp", "bool"):
            where = tail.format(column=q(column.name))
            sql = f"CREATE {words} {NEW}_idx ON {n(table.name)} ({q(column.name)}){where}"
            yield Step(sql, table.name)


@kind("index added", "index added")
def _(database: Database) -> Steps:
    return _create(database, "INDEX")


@kind("unique index added", "index added")
def _(database: Database) -> Steps:
    return _create(database, "UNIQUE INDEX")


@kind("partial unique index added", "index added")
def _(database: Database) -> Steps:
    return _create(database, "UNIQUE INDEX", " WHERE {column} IS NOT NULL")


@kind("index dropped", "index dropped")
def _(database: Database) -> Steps:
    for table, index in indexes(database):
        yield Step(f"DROP INDEX {n(Name(table.name.schema, index.name))}", table.name)


@kind("index renamed", "index renamed")
def _(database: Database) -> Steps:
    for table, index in indexes(database):
        name = n(Name(table.name.schema, index.name))
        yield Step(f"ALTER INDEX {name} RENAME TO {NEW}_idx", table.name)


# types


def types(database: Database, of: TypeKind) -> Iterator[Type]:
    used = {column.type.name for table in tables(database) for column in table.columns}
    for type_ in database.types.values():
        if type_.kind is of and not type_.extension and type_.name in used:
            yield type_


def of_type(type_: Type, action: str, word: str = "TYPE") -> Step:
    return Step(f"ALTER {word} {n(type_.name)} {action}", type_.name)


@kind("enum label added", "enum label added")
def _(database: Database) -> Steps:
    return (of_type(t, f"ADD VALUE '{NEW}'") for t in types(database, TypeKind.ENUM))


@kind("enum label added in the middle", "enum label added")
def _(database: Database) -> Steps:
    for type_ in types(database, TypeKind.ENUM):
        yield of_type(type_, f"ADD VALUE '{NEW}' BEFORE '{_quoted(type_.labels[0])}'")


@kind("enum label renamed", "enum label renamed", "type redefined")
def _(database: Database) -> Steps:
    for type_ in types(database, TypeKind.ENUM):
        if len(type_.labels) > 1:
            yield of_type(type_, f"RENAME VALUE '{_quoted(type_.labels[0])}' TO '{NEW}'")


@kind("type renamed", "type renamed")
def _(database: Database) -> Steps:
    for of in (TypeKind.ENUM, TypeKind.DOMAIN):
        for type_ in types(database, of):
            step = of_type(type_, f"RENAME TO {NEW}")
            yield msgspec.structs.replace(step, about=Name(type_.name.schema, NEW))


@kind("domain's check added", "domain changed")
def _(database: Database) -> Steps:
    for type_ in types(database, TypeKind.DOMAIN):
        action = f"ADD CONSTRAINT {NEW}_check CHECK (VALUE IS NULL OR 1 = 1) NOT VALID"
        yield of_type(type_, action, "DOMAIN")


@kind("domain's check dropped", "domain changed")
def _(database: Database) -> Steps:
    for type_ in types(database, TypeKind.DOMAIN):
        for check in type_.checks:
            yield of_type(type_, f"DROP CONSTRAINT {q(check.name)}", "DOMAIN")


@kind("domain's default set", "domain changed")
def _(database: Database) -> Steps:
    for type_ in types(database, TypeKind.DOMAIN):
        if type_.default is None:
            number = type_.base is not None and type_.base.name.name in ("int4", "numeric")
            value = "2001" if number else "'a@b'"
            yield of_type(type_, f"SET DEFAULT {value}", "DOMAIN")


@kind("composite's field added", "composite changed")
def _(database: Database) -> Steps:
    return (of_type(t, f"ADD ATTRIBUTE {NEW} text") for t in types(database, TypeKind.COMPOSITE))


@kind("composite's field renamed", "composite changed")
def _(database: Database) -> Steps:
    for type_ in types(database, TypeKind.COMPOSITE):
        yield of_type(type_, f"RENAME ATTRIBUTE {q(type_.fields[0].name)} TO {NEW}")


def _quoted(label: str) -> str:
    return label.replace("'", "''")


# triggers and rules


@kind("trigger added", "trigger added")
def _(database: Database) -> Steps:
    for table in tables(database):
        function = n(Name(table.name.schema, f"{NEW}_function"))
        sql = (
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NEW; END $$; "
            f"CREATE TRIGGER {NEW} BEFORE INSERT ON {n(table.name)} FOR EACH ROW "
            f"EXECUTE FUNCTION {function}()"
        )
        yield Step(sql, table.name)


@kind("trigger dropped", "trigger dropped")
def _(database: Database) -> Steps:
    for table in tables(database):
        for trigger in table.triggers:
            yield Step(f"DROP TRIGGER {q(trigger.name)} ON {n(table.name)}", table.name)


@kind("trigger renamed", "trigger renamed")
def _(database: Database) -> Steps:
    for table in tables(database):
        for trigger in table.triggers:
            sql = f"ALTER TRIGGER {q(trigger.name)} ON {n(table.name)} RENAME TO {NEW}"
            yield Step(sql, table.name)


@kind("rule added", "rule added")
def _(database: Database) -> Steps:
    for table in tables(database):
        yield Step(f"CREATE RULE {NEW} AS ON DELETE TO {n(table.name)} DO ALSO NOTHING", table.name)


# what is no change at all


@kind("harmless: statistics, storage and options")
def _(database: Database) -> Steps:
    for table, column in columns(database):
        yield altered(table, column, "SET STATISTICS 300")
        yield alter(table, "SET (fillfactor = 70)")


@kind("harmless: functions and sequences")
def _(database: Database) -> Steps:
    for table in tables(database):
        name = n(Name(table.name.schema, NEW))
        yield Step(f"CREATE SEQUENCE {name}", table.name)
        sql = f"CREATE FUNCTION {name}() RETURNS integer LANGUAGE sql AS 'SELECT 1'"
        yield Step(sql, table.name)


@kind("harmless: a constraint validated, a table analyzed")
def _(database: Database) -> Steps:
    for table in tables(database):
        yield Step(f"ANALYZE {n(table.name)}", table.name)


@kind("harmless: rows")
def _(database: Database) -> Steps:
    return (
        Step(f"DELETE FROM {n(table.name)} WHERE false", table.name) for table in tables(database)
    )
