"""Random tweaks of columns and types."""

from __future__ import annotations

import re

from msgspec.structs import replace
from tests.regenerate import ddl
from tests.regenerate.schemas import COLUMNS, COMMENTS, MOOD, Schema, draw_column, schema_with
from tests.regenerate.tweak import Drawing, Tweak

from ash_scaffold.postgres.catalog import Column, ForeignKey, Identity, Index, IndexKey, Table
from ash_scaffold.postgres.sql import quote_identifier as q
from ash_scaffold.postgres.type_text import read_type, type_text

# What a column's type can become, without an error for the rows that are not there.
_RETYPED = {
    "text": "varchar(40)",
    "varchar(80)": "varchar(20)",
    "varchar(20)": "text",
    "numeric(10,2)": "numeric(12,3)",
    "int4": "int8",
    "timestamp(0)": "timestamp",
    "timestamptz": "timestamp",
    "date": "timestamp",
}
_NEW_NAMES = ("label", "caption", "handle", "extra")


def _add_column(draw: Drawing) -> Tweak | None:
    there = {column.name for column in draw.table.columns}
    names = [name for name in COLUMNS if name not in there]
    if not names:
        return None
    column = replace(draw_column(draw.dice, draw.dice.one(names)), comment=None)
    return draw.tweak(
        f"add {column.name}",
        replace(draw.table, columns=(*draw.table.columns, column)),
        f"ALTER TABLE {draw.at} ADD {ddl.column_ddl(column)}",
        f"ALTER TABLE {draw.at} DROP {q(column.name)}",
    )


def _drop_column(draw: Drawing) -> Tweak | None:
    column = draw.column
    if column is None or len(draw.table.columns) < 2:
        return None
    name = column.name

    def mentions(index: Index) -> bool:
        return name in index.columns_in_expressions or any(k.column == name for k in index.keys)

    table = replace(
        draw.table,
        columns=tuple(c for c in draw.table.columns if c is not column),
        checks=tuple(c for c in draw.table.checks if name not in c.columns),
        unique_keys=tuple(k for k in draw.table.unique_keys if name not in k.columns),
        indexes=tuple(i for i in draw.table.indexes if not mentions(i)),
    )
    does = f"ALTER TABLE {draw.at} DROP {q(name)}"
    return draw.tweak(f"drop {name}", table, does, None)


def _rename_column(draw: Drawing) -> Tweak | None:
    column = draw.dice.one(draw.table.columns) if draw.table.columns else None
    there = {column.name for column in draw.table.columns}
    names = [name for name in _NEW_NAMES if name not in there]
    if column is None or not names:
        return None
    old, new = column.name, draw.dice.one(names)
    return draw.to(
        f"rename {old} to {new}",
        renamed_column(draw.schema, draw.table, old, new),
        f"ALTER TABLE {draw.at} RENAME {q(old)} TO {q(new)}",
        f"ALTER TABLE {draw.at} RENAME {q(new)} TO {q(old)}",
    )


def renamed_column(schema: Schema, table: Table, old: str, new: str) -> Schema:
    """Rename a column wherever it is mentioned."""
    word = re.compile(rf"(?<![\w:'\"]){re.escape(q(old))}(?![\w'\"(])")

    def one(name: str) -> str:
        return new if name == old else name

    def each(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(one, names))

    def sql(text: str | None) -> str | None:
        return None if text is None else word.sub(q(new), text)

    def index(found: Index) -> Index:
        keys = (
            IndexKey(column=k.column and one(k.column), expression=sql(k.expression))
            for k in found.keys
        )
        inside = each(found.columns_in_expressions)
        return replace(
            found, keys=tuple(keys), predicate=sql(found.predicate), columns_in_expressions=inside
        )

    def foreign(owner: Table, key: ForeignKey) -> ForeignKey:
        own = each(key.columns) if owner is table else key.columns
        target = each(key.target_columns) if key.target == table.name else key.target_columns
        return replace(key, columns=own, target_columns=target)

    def changed(found: Table) -> Table:
        found_keys = tuple(foreign(found, key) for key in found.foreign_keys)
        if found is not table:
            return replace(found, foreign_keys=found_keys)
        key = found.primary_key
        return replace(
            found,
            columns=tuple(replace(c, name=one(c.name)) for c in found.columns),
            primary_key=key and replace(key, columns=each(key.columns)),
            unique_keys=tuple(replace(k, columns=each(k.columns)) for k in found.unique_keys),
            foreign_keys=found_keys,
            checks=tuple(
                replace(c, columns=each(c.columns), expression=sql(c.expression) or "")
                for c in found.checks
            ),
            indexes=tuple(map(index, found.indexes)),
        )

    return schema_with(map(changed, schema.tables), schema.types)


def _with_column(table: Table, column: Column) -> Table:
    columns = tuple(column if c.attnum == column.attnum else c for c in table.columns)
    return replace(table, columns=columns)


def _retype(draw: Drawing) -> Tweak | None:
    column = draw.plain_column
    if column is None or column.identity is not Identity.NONE:
        return None
    use = next((read_type(n) for t, n in _RETYPED.items() if column.type == read_type(t)), None)
    if use is None:
        return None

    def alter(kind: str) -> str:
        return f"ALTER TABLE {draw.at} ALTER {q(column.name)} TYPE {kind}"

    return draw.tweak(
        f"retype {column.name}",
        _with_column(draw.table, replace(column, type=use)),
        alter(type_text(use)),
        alter(f"{type_text(column.type)} USING {q(column.name)}::{type_text(column.type)}"),
    )


def _nullability(draw: Drawing) -> Tweak | None:
    column = draw.column
    if column is None or column.identity is not Identity.NONE:
        return None
    drop, put = (f"ALTER TABLE {draw.at} ALTER {q(column.name)} {w} NOT NULL" for w in
                 ("DROP", "SET"))  # fmt: skip
    does, undo = (drop, put) if column.not_null else (put, drop)
    table = _with_column(draw.table, replace(column, not_null=not column.not_null))
    return draw.tweak(f"nullability of {column.name}", table, does, undo)


def _default(draw: Drawing) -> Tweak | None:
    column = draw.column
    if column is None or column.name not in COLUMNS or column.type.name == read_type("date").name:
        return None
    if column.type != read_type(COLUMNS[column.name][0]):
        return None
    defaults = [d for d in (None, *COLUMNS[column.name][1]) if d != column.default]
    if not defaults:
        return None
    new = draw.dice.one(defaults)

    def alter(default: str | None) -> str:
        does = "DROP DEFAULT" if default is None else f"SET DEFAULT {default}"
        return f"ALTER TABLE {draw.at} ALTER {q(column.name)} {does}"

    table = _with_column(draw.table, replace(column, default=new))
    return draw.tweak(f"default of {column.name}", table, alter(new), alter(column.default))


def _comment(draw: Drawing) -> Tweak | None:
    column = draw.dice.one([None, *draw.table.columns])
    was = draw.table.comment if column is None else column.comment
    new = draw.dice.one([text for text in (*COMMENTS, "Another one.") if text != was])
    if column is None:
        of, table = f"TABLE {draw.at}", replace(draw.table, comment=new)
    else:
        of = f"COLUMN {draw.at}.{q(column.name)}"
        table = _with_column(draw.table, replace(column, comment=new))
    return draw.tweak(f"comment on {of}", table, ddl.comment_ddl(of, new), ddl.comment_ddl(of, was))


def _rename_label(draw: Drawing) -> Tweak | None:
    mood = draw.schema.types[MOOD]
    if not any(c.type.name == MOOD and c.default is None for c in draw.table.columns):
        return None
    if any(c.type.name == MOOD and c.default for t in draw.schema.tables for c in t.columns):
        return None
    place = draw.dice.randint(0, len(mood.labels) - 1)
    old, new = mood.labels[place], f"{mood.labels[place]} again"
    labels = (*mood.labels[:place], new, *mood.labels[place + 1 :])
    alter = f"ALTER TYPE {ddl.named(MOOD)} RENAME VALUE"
    return draw.to(
        f"label {old}",
        Schema(draw.schema.tables, {**draw.schema.types, MOOD: replace(mood, labels=labels)}),
        f"{alter} {ddl.text(old)} TO {ddl.text(new)}",
        f"{alter} {ddl.text(new)} TO {ddl.text(old)}",
    )


def _add_label(draw: Drawing) -> Tweak | None:
    mood = draw.schema.types[MOOD]
    if "new" in mood.labels or not any(c.type.name == MOOD for c in draw.table.columns):
        return None
    labels = (mood.labels[0], "new", *mood.labels[1:])
    return draw.to(
        "label new",
        Schema(draw.schema.tables, {**draw.schema.types, MOOD: replace(mood, labels=labels)}),
        f"ALTER TYPE {ddl.named(MOOD)} ADD VALUE 'new' AFTER {ddl.text(mood.labels[0])}",
        None,
    )


COLUMN_TWEAKS = {
    "add column": _add_column,
    "drop column": _drop_column,
    "rename column": _rename_column,
    "retype": _retype,
    "nullability": _nullability,
    "default": _default,
    "comment": _comment,
    "rename label": _rename_label,
    "add label": _add_label,
}
