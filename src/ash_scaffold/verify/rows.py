"""What reading and writing rows through Ash gave, as findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ash_scaffold.postgres.catalog import Database, Name, Table
from ash_scaffold.postgres.type_text import type_text
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding
from ash_scaffold.verify.answer import (
    Answers,
    Provoked,
    ResourceAnswer,
    RowFailure,
    RowsAnswer,
    WriteFailure,
    WritesAnswer,
)
from ash_scaffold.verify.report import Checked, Kind

_KINDS = {
    "load": (Kind.ROW_LOAD, "can't be read through Ash"),
    "differs": (Kind.ROW_VALUE, "with a value that is another one when Ash dumps it back"),
    "dump": (Kind.ROW_VALUE, "with a value that Ash reads and can't dump back"),
    "rows": (Kind.ROW_COUNT, "at least that Ash and PostgreSQL don't both return"),
}


def check_rows(answers: Answers, database: Database) -> list[Finding]:
    """Turn the failures of rows and writes into findings, and name both types of the column."""
    resources = {answer.module: answer for answer in answers.resources}
    tables = {table.name: table for table in database.tables}
    found: list[Finding] = []
    for rows in answers.rows:
        answer = resources[rows.module]
        table = tables.get(Name(answer.schema, answer.table))
        found += _rows(rows, answer, table)
    for writes in answers.writes:
        answer = resources[writes.module]
        found += _writes(writes, answer)
    return found


def checked(answers: Answers) -> tuple[Checked, ...]:
    """Say how much of each resource was looked at, in the order of the run."""
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
        yield Finding(
            kind=kind,
            severity=Severity.ERROR,
            module=answer.module,
            table=str(Name(answer.schema, answer.table)),
            object=failure.column or "",
            what=f"{_rows_of(failure.count)} {words}{_at(failure.keys)}"
            f"{_types(failure, answer, table)}.{_values(failure)}",
        )
    if rows.note is not None and rows.read == 0:
        yield _note(answer, f"No row was compared: {rows.note}.")


def _rows_of(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


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
        what=f"Writing back what was read {words} {_rows_of(failure.count)}{_at(failure.keys)}.",
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
