"""The closed list of values that Ash can't hold, counted per column in SQL.

What is on the list, and for which types, is said in `ash/types.py`; here is how PostgreSQL finds
such a value. Every condition is a boolean over the alias `t`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.ash.plan import PlannedResource
from ash_scaffold.ash.types import Family, Risk, row_of
from ash_scaffold.postgres.catalog import Column, Database, Name, TypeKind, TypeUse
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding
from ash_scaffold.verify.report import Kind

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_SPECIAL = r"\m(nan|infinity)\M"
_NUMBERS = frozenset({Risk.FLOAT_SPECIAL, Risk.NUMERIC_SPECIAL})
_BY_TEXT: Mapping[Risk, str] = {
    Risk.FLOAT_SPECIAL: _SPECIAL,
    Risk.NUMERIC_SPECIAL: _SPECIAL,
    Risk.GEOMETRY_SPECIAL: _SPECIAL,
    Risk.INFINITE_TIME: _SPECIAL,
    Risk.INFINITE_BOUND: _SPECIAL,
    Risk.NUMBER_BOUND: _SPECIAL,
    Risk.HOUR_24: r"\m24:00",
}
_STRINGS = r'"([^"\\]|\\.)*"'
_LONG_NUMBER = r"\.\d*0([^\d]|$)|(\d\.?){17,}"
_TIMEOUT = 600_000  # milliseconds: a count reads the whole table


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of value of the closed list in a column, and the SQL that finds it."""

    table: Name
    column: str
    risk: Risk
    sql: str


def conditions(planned: PlannedResource, database: Database) -> Iterator[Condition]:
    """Give the conditions for every column of a planned resource that may hold such values."""
    table = planned.draft.table
    for column in table.columns:
        mapped = planned.draft.columns.mapped.get(column.name)
        for risk in mapped.risks if mapped is not None else ():
            sql = _condition(risk, column, database)
            if sql:
                yield Condition(table=table.name, column=column.name, risk=risk, sql=sql)


def _condition(risk: Risk, column: Column, database: Database) -> str:
    value = f"t.{quoted(column.name)}"
    base = _base(database, column.type)
    if risk in _BY_TEXT:
        return f"lower({value}::text) ~ {_literal(_BY_TEXT[risk])}"
    if risk is Risk.TWO_DIMENSIONS:
        return f"array_ndims({value}) > 1" if base.is_array else ""
    if risk is Risk.ARRAY_BOUNDS:
        return f"array_lower({value}, 1) <> 1" if base.is_array else ""
    if row_of(base.name.name).family is Family.JSON:
        return _json_condition(risk, value, base)
    return ""


def _json_condition(risk: Risk, value: str, base: TypeUse) -> str:
    outside_strings = f"regexp_replace({value}::text, {_literal(_STRINGS)}, '', 'g')"
    if risk is Risk.JSON_NULL:
        kind = f"{base.name.name}_typeof"
        if base.is_array:
            return f"exists (select from unnest({value}) e where {kind}(e) = 'null')"
        return f"{kind}({value}) = 'null'"
    if risk is Risk.JSON_NUMBER:
        return f"{outside_strings} ~ {_literal(_LONG_NUMBER)}"
    if risk is Risk.JSON_TEXT:
        return rf"{outside_strings} ~ '\s'" if not base.is_array else ""
    return ""


def _base(database: Database, use: TypeUse) -> TypeUse:
    type_ = database.types.get(use.name)
    if type_ is None or type_.kind is not TypeKind.DOMAIN or type_.base is None:
        return use
    base = _base(database, type_.base)
    return TypeUse(base.name, base.typmod, base.dimensions + use.dimensions)


def count(connection: Connection, found: list[Condition]) -> Iterator[Finding]:
    """Count the values of the conditions, one query a table.

    `connection` is in a read-only transaction. A table that can't be counted is a note.
    """
    from sqlalchemy.exc import DBAPIError

    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {_TIMEOUT}")
    by_table: dict[Name, list[Condition]] = {}
    for each in found:
        by_table.setdefault(each.table, []).append(each)
    for table, all_of in by_table.items():
        counts = ", ".join(f"count(*) FILTER (WHERE {each.sql})" for each in all_of)
        where = f"{quoted(table.schema)}.{quoted(table.name)}"
        try:
            with connection.begin_nested():
                row = connection.exec_driver_sql(
                    f"SELECT {counts} FROM {where} t".replace("%", "%%")
                ).one()
        except DBAPIError as error:
            yield _not_counted(table, type(error.orig).__name__)
            continue
        for each, number in zip(all_of, row, strict=True):
            if number:
                yield _counted(each, number)


def _counted(condition: Condition, number: int) -> Finding:
    tolerant = condition.risk in _NUMBERS
    return Finding(
        kind=Kind.LISTED_VALUE,
        severity=Severity.NOTE,
        table=str(condition.table),
        object=condition.column,
        what=f"{number} {'row' if number == 1 else 'rows'}: {condition.risk.value}.",
        todo=f'Map it: [tables."{condition.table}".columns."{condition.column}"] type = "tolerant".'
        if tolerant
        else "",
    )


def _not_counted(table: Name, why: str) -> Finding:
    return Finding(
        kind=Kind.NOT_CHECKED,
        severity=Severity.NOTE,
        table=str(table),
        what=f"Values that Ash can't hold were not counted ({why}).",
    )


def quoted(name: str) -> str:
    """Quote an identifier, whether SQL needs it or not."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
