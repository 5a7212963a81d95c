"""Random tweaks of tables, and of their indexes and constraints."""

from __future__ import annotations

from msgspec.structs import replace
from tests.regenerate import ddl
from tests.regenerate.schemas import (
    PLAN,
    SETTINGS,
    Schema,
    draw_check,
    draw_foreign_key,
    draw_index,
    draw_table,
    key_index,
    schema_with,
    with_check,
    with_index,
)
from tests.regenerate.tweak import Drawing, Tweak, relation_names

from ash_scaffold.postgres.catalog import Action, ForeignKey, Identity, Key, Name, Table
from ash_scaffold.postgres.sql import quote_identifier as q

_NEW_NAMES = ("people", "things", "papers")


def _add_index(draw: Drawing) -> Tweak | None:
    index = draw_index(draw.dice, draw.table)
    if index is None or index.name in relation_names(draw.schema):
        return None
    return draw.tweak(
        f"add index {index.name}",
        with_index(draw.table, index),
        ddl.index_ddl(draw.table.name, index),
        f"DROP INDEX {_beside(draw.table, index.name)}",
    )


def _drop_index(draw: Drawing) -> Tweak | None:
    free = [index for index in draw.table.indexes if not index.constraint]
    if not free:
        return None
    index = draw.dice.one(free)
    return draw.tweak(
        f"drop index {index.name}",
        replace(draw.table, indexes=tuple(i for i in draw.table.indexes if i is not index)),
        f"DROP INDEX {_beside(draw.table, index.name)}",
        ddl.index_ddl(draw.table.name, index),
    )


def _rename_index(draw: Drawing) -> Tweak | None:
    free = [index for index in draw.table.indexes if not index.constraint]
    if not free:
        return None
    index = draw.dice.one(free)
    new = f"{index.name}_again"
    if new in relation_names(draw.schema):
        return None
    table = replace(draw.table, indexes=tuple(i for i in draw.table.indexes if i is not index))
    return draw.tweak(
        f"rename index {index.name}",
        with_index(table, replace(index, name=new)),
        f"ALTER INDEX {_beside(draw.table, index.name)} RENAME TO {q(new)}",
        f"ALTER INDEX {_beside(draw.table, new)} RENAME TO {q(index.name)}",
    )


def _add_unique(draw: Drawing) -> Tweak | None:
    column = draw.column
    if column is None or column.type.name.name in ("jsonb", "int4range"):
        return None
    name = f"{draw.table.name.name}_{column.name}_key"
    if name in relation_names(draw.schema):
        return None
    keys = (*draw.table.unique_keys, Key(name=name, columns=(column.name,), index_name=name))
    table = replace(draw.table, unique_keys=tuple(sorted(keys, key=lambda key: key.name)))
    return draw.tweak(
        f"unique {column.name}",
        with_index(table, key_index(name, (column.name,))),
        f"ALTER TABLE {draw.at} ADD CONSTRAINT {q(name)} UNIQUE ({q(column.name)})",
        f"ALTER TABLE {draw.at} DROP CONSTRAINT {q(name)}",
    )


def _add_check(draw: Drawing) -> Tweak | None:
    column = draw.column
    check = draw_check(draw.table, column) if column is not None else None
    if check is None or any(check.name == each.name for each in draw.table.checks):
        return None
    return draw.tweak(
        f"add {check.name}",
        with_check(draw.table, check),
        f"ALTER TABLE {draw.at} ADD {ddl.check_ddl(check)}",
        f"ALTER TABLE {draw.at} DROP CONSTRAINT {q(check.name)}",
    )


def _drop_check(draw: Drawing) -> Tweak | None:
    if not draw.table.checks:
        return None
    check = draw.dice.one(draw.table.checks)
    return draw.tweak(
        f"drop {check.name}",
        replace(draw.table, checks=tuple(c for c in draw.table.checks if c is not check)),
        f"ALTER TABLE {draw.at} DROP CONSTRAINT {q(check.name)}",
        f"ALTER TABLE {draw.at} ADD {ddl.check_ddl(check)}",
    )


def _add_foreign_key(draw: Drawing) -> Tweak | None:
    """Add a column that refers to a table."""
    target = draw.dice.one(draw.schema.tables)
    key = target.primary_key
    name = f"{draw.dice.one(['first', 'last'])}_{target.name.name}_id"
    there = {column.name for column in draw.table.columns}
    if key is None or len(key.columns) != 1 or name in there:
        return None
    column = replace(target.column(key.columns[0]), name=name, attnum=0)
    column = replace(column, not_null=False, default=None, identity=Identity.NONE, comment=None)
    found = draw_foreign_key(draw.dice, draw.table.name, (name,), target)
    if any(found.name == each.name for each in draw.table.foreign_keys):
        return None
    keys = sorted((*draw.table.foreign_keys, found), key=lambda each: each.name)
    table = replace(draw.table, columns=(*draw.table.columns, column), foreign_keys=tuple(keys))
    return draw.tweak(
        f"add key to {target.name}",
        table,
        (f"ALTER TABLE {draw.at} ADD {ddl.column_ddl(column)}", ddl.foreign_key_ddl(found)),
        f"ALTER TABLE {draw.at} DROP {q(name)}",
    )


def _drop_foreign_key(draw: Drawing) -> Tweak | None:
    if not draw.table.foreign_keys:
        return None
    key = draw.dice.one(draw.table.foreign_keys)
    keys = tuple(each for each in draw.table.foreign_keys if each is not key)
    return draw.tweak(
        f"drop {key.name}",
        replace(draw.table, foreign_keys=keys),
        f"ALTER TABLE {draw.at} DROP CONSTRAINT {q(key.name)}",
        ddl.foreign_key_ddl(key),
    )


def _change_foreign_key(draw: Drawing) -> Tweak | None:
    """Give a key another action, or another name."""
    if not draw.table.foreign_keys:
        return None
    key = draw.dice.one(draw.table.foreign_keys)
    action = draw.dice.one([each for each in Action if each is not Action.SET_DEFAULT])
    new = replace(key, name=draw.dice.one([key.name, f"{key.name}_again"]), on_delete=action)
    if new == key:
        return None
    keys = [new if each is key else each for each in draw.table.foreign_keys]
    keys.sort(key=lambda each: each.name)
    drop = f"ALTER TABLE {draw.at} DROP CONSTRAINT"
    return draw.tweak(
        f"change {key.name}",
        replace(draw.table, foreign_keys=tuple(keys)),
        (f"{drop} {q(key.name)}", ddl.foreign_key_ddl(new)),
        (f"{drop} {q(new.name)}", ddl.foreign_key_ddl(key)),
    )


def _add_table(draw: Drawing) -> Tweak | None:
    others = {table.name.name: table for table in draw.schema.tables if table.primary_key}
    taken = relation_names(draw.schema)
    names = [n for n in PLAN if n.name not in taken and f"{n.name}_pkey" not in taken]
    if not names:
        return None
    table = draw_table(draw.dice, draw.dice.one(names), _as_planned(others), "int8")
    if taken & {index.name for index in table.indexes}:
        return None
    return draw.to(
        f"create {table.name}",
        schema_with((*draw.schema.tables, table), draw.schema.types),
        (*ddl.table_ddl(table), *map(ddl.foreign_key_ddl, table.foreign_keys)),
        f"DROP TABLE {ddl.named(table.name)}",
    )


def _as_planned(tables: dict[str, Table]) -> dict[str, Table]:
    """Leave out tables whose keys are not those that others refer to any more."""
    planned = {name.name: key for name, (key, _) in PLAN.items()}
    return {
        name: table
        for name, table in tables.items()
        if table.primary_key is not None and planned.get(name) == table.primary_key.columns
    }


def _may_go(draw: Drawing) -> bool:
    """Whether each schema has a table without it: the configuration names both."""
    names = [table.name for table in draw.schema.tables if table is not draw.table]
    return draw.table.name != SETTINGS.name and any(name.schema == "public" for name in names)


def _drop_table(draw: Drawing) -> Tweak | None:
    if not _may_go(draw):
        return None
    tables = [
        replace(t, foreign_keys=tuple(k for k in t.foreign_keys if k.target != draw.table.name))
        for t in draw.schema.tables
        if t is not draw.table
    ]
    schema = schema_with(tables, draw.schema.types)
    return draw.to(f"drop {draw.table.name}", schema, f"DROP TABLE {draw.at} CASCADE", None)


def _rename_table(draw: Drawing) -> Tweak | None:
    new = Name(draw.table.name.schema, draw.dice.one(_NEW_NAMES))
    if draw.table.name == SETTINGS.name or new.name in relation_names(draw.schema):
        return None
    return draw.to(
        f"rename {draw.table.name} to {new}",
        _moved(draw.schema, draw.table, new),
        f"ALTER TABLE {draw.at} RENAME TO {q(new.name)}",
        f"ALTER TABLE {ddl.named(new)} RENAME TO {q(draw.table.name.name)}",
    )


def _move_table(draw: Drawing) -> Tweak | None:
    old = draw.table.name
    new = Name("public" if old.schema == "shop" else "shop", old.name)
    if not _may_go(draw):
        return None
    return draw.to(
        f"move {old}",
        _moved(draw.schema, draw.table, new),
        f"ALTER TABLE {draw.at} SET SCHEMA {new.schema}",
        f"ALTER TABLE {ddl.named(new)} SET SCHEMA {old.schema}",
    )


def _moved(schema: Schema, table: Table, name: Name) -> Schema:
    def key(found: ForeignKey) -> ForeignKey:
        owner = name if found.table == table.name else found.table
        return replace(found, table=owner, target=name if found.target == table.name else
                       found.target)  # fmt: skip

    tables = [
        replace(
            found,
            name=name if found is table else found.name,
            foreign_keys=tuple(map(key, found.foreign_keys)),
        )
        for found in schema.tables
    ]
    return schema_with(tables, schema.types)


def _beside(table: Table, index: str) -> str:
    return ddl.named(Name(table.name.schema, index))


TABLE_TWEAKS = {
    "add index": _add_index,
    "drop index": _drop_index,
    "rename index": _rename_index,
    "add unique": _add_unique,
    "add check": _add_check,
    "drop check": _drop_check,
    "add foreign key": _add_foreign_key,
    "drop foreign key": _drop_foreign_key,
    "change foreign key": _change_foreign_key,
    "add table": _add_table,
    "drop table": _drop_table,
    "rename table": _rename_table,
    "move table": _move_table,
}
