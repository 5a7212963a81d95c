"""Rows read and written through Ash, and values that Ash can't hold, as findings.

The closed list of such values, and their types, is in `ash/types.py`; here is the SQL that finds
one. Every condition is a boolean over the alias `t`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.ash.plan import PlannedResource
from ash_scaffold.ash.types import Family, Risk, row_of
from ash_scaffold.counted import counted
from ash_scaffold.postgres.catalog import Column, Database, Name, Table, TypeUse
from ash_scaffold.postgres.sql import refresh_statement
from ash_scaffold.postgres.type_text import type_text
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding
from ash_scaffold.verify.answers import (
    Answers,
    Provoked,
    ResourceAnswer,
    RowFailure,
    RowsAnswer,
    WriteFailure,
    WritesAnswer,
)
from ash_scaffold.verify.report import Checked, Kind

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_KINDS = {
    "load": (Kind.ROW_LOAD, "can't be read through Ash"),
    "ecto": (Kind.ROW_LOAD, "can't be read through Ash, nor by the Ecto type itself"),
    "delegate": (Kind.ROW_VALUE, "with a value that the Ecto type reads otherwise"),
    "differs": (Kind.ROW_VALUE, "with a value that is another one when Ash dumps it back"),
    "dump": (Kind.ROW_VALUE, "with a value that Ash reads and can't dump back"),
    "rows": (Kind.ROW_COUNT, "at least that only Ash or only PostgreSQL returns"),
}


def check_rows(answers: Answers, database: Database) -> list[Finding]:
    """Turn the failures of rows and writes into findings, and name both types of the column."""
    resources = {answer.module: answer for answer in answers.resources}
    tables = {table.name: table for table in database.tables}
    found: list[Finding] = []
    for rows in answers.rows:
        answer = resources[rows.module]
        table = tables.get(Name(answer.schema, answer.table))
        if table is not None and not table.populated:
            found.append(_unpopulated(answer, table.name, has_rows=database.has_rows))
        else:
            found += _rows(rows, answer, table)
    for writes in answers.writes:
        answer = resources[writes.module]
        found += _writes(writes, answer)
    return found


def checked(answers: Answers) -> tuple[Checked, ...]:
    """Return the numbers of rows and values of each resource, in the order of the run."""
    rows: Mapping[str, RowsAnswer] = {each.module: each for each in answers.rows}
    writes: Mapping[str, WritesAnswer] = {each.module: each for each in answers.writes}
    found = []
    for answer in answers.resources:
        read, wrote = rows.get(answer.module), writes.get(answer.module)
        found.append(
            Checked(
                resource=answer.module,
                table=str(Name(answer.schema, answer.table)),
                rows=read.read if read is not None else 0,
                values=read.values if read is not None else 0,
                written=wrote.written if wrote is not None else 0,
                violations=sum(p.outcome == "invalid" for p in wrote.provoked) if wrote else 0,
            )
        )
    return tuple(found)


def _rows(rows: RowsAnswer, answer: ResourceAnswer, table: Table | None) -> Iterator[Finding]:
    for failure in rows.failures:
        kind, words = _KINDS[failure.kind]
        both = failure.kind == "ecto"
        yield Finding(
            kind=kind,
            severity=Severity.WARNING if both else Severity.ERROR,
            module=answer.module,
            table=str(Name(answer.schema, answer.table)),
            object=failure.column or "",
            what=f"{counted(failure.count, 'row')} {words}{_at(failure.keys)}"
            f"{_types(failure, answer, table)}.{_values(failure)}",
            todo="Its code may need a process that `verify` does not start." if both else "",
        )
    if rows.note is not None and rows.read == 0:
        yield _note(answer, f"No row was compared: {rows.note}.")


def _unpopulated(answer: ResourceAnswer, view: Name, *, has_rows: bool) -> Finding:
    if not has_rows:
        return _note(answer, "No row was compared: the dump holds none.")
    finding = _note(answer, "No row was compared: the materialized view is not populated.")
    return msgspec.structs.replace(finding, todo=f"Run {refresh_statement(view)}")


def _at(keys: tuple[tuple[str | None, ...], ...]) -> str:
    if not keys:
        return ""
    shown = ["NULL" if None in key else ", ".join(part or "" for part in key) for key in keys]
    more = "key" if len(shown) == 1 else "keys"
    texts = [f"({text})" if "," in text else text for text in shown]
    return f", {more} {', '.join(texts)}"


def _types(failure: RowFailure, answer: ResourceAnswer, table: Table | None) -> str:
    column = next((c for c in table.columns if c.name == failure.column), None) if table else None
    attribute = next((a for a in answer.attributes if a.source == failure.column), None)
    if column is None or attribute is None:
        return ""
    return f": {type_text(column.type)} in PostgreSQL, {attribute.type} in Ash"


def _values(failure: RowFailure) -> str:
    if failure.database_value is None:
        return ""
    return f" PostgreSQL has {failure.database_value}, Ash {failure.ash_value}."


def _writes(writes: WritesAnswer, answer: ResourceAnswer) -> Iterator[Finding]:
    for failure in writes.failures:
        yield _write_back(failure, answer)
    for provoked in writes.provoked:
        if provoked.outcome == "escaped":
            yield _escaped(provoked, answer)
    if writes.note is not None:
        yield _note(answer, f"{writes.note[:1].upper()}{writes.note[1:]}.")


def _write_back(failure: WriteFailure, answer: ResourceAnswer) -> Finding:
    words = "changes" if failure.error is None else f"raises {failure.error} for"
    return Finding(
        kind=Kind.WRITE_BACK,
        severity=Severity.ERROR,
        module=answer.module,
        table=str(Name(answer.schema, answer.table)),
        object=failure.column or "",
        what=f"Writing back what was read {words} {counted(failure.count, 'row')}"
        f"{_at(failure.keys)}.",
    )


def _escaped(provoked: Provoked, answer: ResourceAnswer) -> Finding:
    name = provoked.fired or provoked.constraint
    return Finding(
        kind=Kind.VIOLATION,
        severity=Severity.ERROR,
        module=answer.module,
        table=str(Name(answer.schema, answer.table)),
        what=f"A violation of {name} ({provoked.kind}) comes out as {provoked.error}, not as "
        "Ash.Error.Invalid.",
        todo="The resource has to know the constraint by its name.",
    )


def _note(answer: ResourceAnswer, what: str) -> Finding:
    return Finding(
        kind=Kind.NOT_CHECKED,
        severity=Severity.NOTE,
        module=answer.module,
        table=str(Name(answer.schema, answer.table)),
        what=what,
    )


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
    """Yield the conditions for every column of a planned resource that may hold such values."""
    table = planned.draft.table
    if not table.populated:
        return
    for column in table.columns:
        mapped = planned.draft.columns.mapped.get(column.name)
        for risk in mapped.risks if mapped is not None else ():
            sql = _condition(risk, column, database)
            if sql:
                yield Condition(table=table.name, column=column.name, risk=risk, sql=sql)


def _condition(risk: Risk, column: Column, database: Database) -> str:
    value = f"t.{quoted(column.name)}"
    base = database.base_type(column.type)
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


def count(
    connection: Connection, found: list[Condition], schemas: Mapping[Name, str] = {}
) -> Iterator[Finding]:
    """Count the values of the conditions, one query a table.

    `schemas` are those to read tables in that each tenant has. `connection` is in a read-only
    transaction. A table that can't be counted is a note.
    """
    from sqlalchemy.exc import DBAPIError

    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {_TIMEOUT}")
    by_table: dict[Name, list[Condition]] = {}
    for each in found:
        by_table.setdefault(each.table, []).append(each)
    for table, all_of in by_table.items():
        counts = ", ".join(f"count(*) FILTER (WHERE {each.sql})" for each in all_of)
        where = f"{quoted(schemas.get(table, table.schema))}.{quoted(table.name)}"
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
        what=f"{counted(number, 'row')}: {condition.risk.value}.",
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
