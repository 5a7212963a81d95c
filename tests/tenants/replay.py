"""The operations that real Ash performed, performed by the model as well."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.tenants.model import (
    BY_COLUMN,
    BY_SCHEMA,
    Refused,
    Row,
    Rows,
    Sees,
    Tables,
    World,
    of_own,
    perform,
)

# The cases of `tests/golden/tenancy` whose modules real Ash was asked with.
CASES: dict[str, Tables] = {"two_tenants": BY_COLUMN, "two_schemas": BY_SCHEMA}
Change = tuple[str, Row | None, Row | None]


@dataclass(frozen=True)
class Line:
    """One operation, what Ash answered, and what raw SQL found changed in any row."""

    operation: dict[str, Any]
    answer: dict[str, Any]
    changes: list[Change]


@dataclass(frozen=True)
class Recording:
    """What real Ash did with the modules of a case; `about` says with which, and when."""

    tables: Tables
    about: dict[str, Any]
    lines: list[Line]

    def rows_before(self, number: int) -> Rows:
        """The rows that there were before an operation."""
        rows: Rows = {}
        for line in self.lines[:number]:
            rows = _changed(self.tables, rows, line)
        return rows

    def disagreements(self, sees: Sees = of_own) -> Iterator[str]:
        """Perform each operation on what was there before it; give those that went another way."""
        rows: Rows = {}
        for line in self.lines:
            yield from disagreement(self.tables, rows, line, sees)
            rows = _changed(self.tables, rows, line)


def place(case: str) -> Path:
    """Where the answers about the modules of a case are recorded."""
    return Path(__file__).parent / f"{case}.jsonl"


def recorded(case: str) -> Recording:
    """Read what was recorded: first what it is about, then the operations."""
    about, *lines = map(json.loads, place(case).read_text().splitlines())
    return Recording(CASES[case], about, [Line(*line) for line in lines])


def disagreement(tables: Tables, rows: Rows, line: Line, sees: Sees = of_own) -> Iterator[str]:
    """Perform one operation, and tell it if its answer or the rows after it are others."""
    expected, after = _performed(tables, rows, line, sees)
    if line.answer not in expected or after != _changed(tables, rows, line):
        yield f"{line}, expected {expected}"


def _performed(
    tables: Tables, rows: Rows, line: Line, sees: Sees
) -> tuple[Iterable[dict[str, Any]], Rows]:
    """The answers that are right, and the rows after them; new ids are those that Ash was given."""
    new = [(of, later) for of, before, later in line.changes if later and not before]
    ids = {
        table: iter([row["id"] for of, row in new if of == table]) for table in _numbered(tables)
    }
    world = World(tables, {key: dict(row) for key, row in rows.items()}, ids, sees)
    try:
        return [{"ok": perform(world, line.operation)}], world.rows
    except Refused as refused:
        errors = [list(error) for error in refused.errors]
        any_of = [{"error": [error]} for error in errors]
        return [*any_of, {"error": sorted(errors, key=str)}], rows


def _numbered(tables: Tables) -> list[str]:
    return [name for name, table in tables.items() if table.primary == ("id",)]


def _changed(tables: Tables, rows: Rows, line: Line) -> Rows:
    """The rows after what raw SQL found changed."""
    after = dict(rows)
    for table, before, later in line.changes:
        if before is not None:
            del after[table, tables[table].at(before)]
        if later is not None:
            after[table, tables[table].at(later)] = later
    return after
