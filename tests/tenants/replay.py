"""The operations that real Ash performed, performed by the model as well."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.tenants.model import TABLES, Refused, Row, Rows, World, of_own, perform

HERE = Path(__file__).parent
RECORDED = HERE / "recorded.jsonl"
Change = tuple[str, Row | None, Row | None]


def recorded() -> tuple[dict[str, Any], list[Any]]:
    """What was recorded about what: the first line, and the operations with answer and changes."""
    head, *lines = RECORDED.read_text().splitlines()
    return json.loads(head), [json.loads(line) for line in lines]


def rows_after(lines: list[Any]) -> Rows:
    """The rows that real Ash left, as raw SQL found them changed."""
    rows: Rows = {}
    for _, _, changes in lines:
        rows = _changed(rows, changes)
    return rows


def disagreements(
    lines: list[Any],
    sees: Callable[[str, Row, int | None], bool] = of_own,
    rows: Rows | None = None,
) -> list[str]:
    """Perform each operation on what real Ash left before it; give those that go another way."""
    rows = rows or {}
    found = []
    for operation, answer, changes in lines:
        expected, after = _performed(rows, operation, changes, sees)
        rows = _changed(rows, changes)
        if answer not in expected or after != rows:
            found.append(f"{operation}: {answer} {changes}, expected {expected}")
    return found


def _performed(
    rows: Rows, operation: Any, changes: list[Change], sees: Any
) -> tuple[list[Any], Rows]:
    """The answers that are right, and the rows after them; new ids are those that Ash was given."""
    ids = {
        table: iter(
            [later["id"] for of, before, later in changes if of == table and later and not before]
        )
        for table, shape in TABLES.items()
        if shape.primary == ("id",)
    }
    world = World({key: dict(row) for key, row in rows.items()}, ids, sees)
    try:
        return [{"ok": perform(world, operation)}], world.rows
    except Refused as refused:
        errors = [list(error) for error in refused.errors]
        any_of = [{"error": [error]} for error in errors]
        return [*any_of, {"error": sorted(errors, key=str)}], rows


def _changed(rows: Rows, changes: list[Change]) -> Rows:
    """The rows after what raw SQL found changed."""
    after = dict(rows)
    for table, before, later in changes:
        if before is not None:
            del after[_at(table, before)]
        if later is not None:
            after[_at(table, later)] = later
    return after


def _at(table: str, row: Row) -> tuple[str, tuple[Any, ...]]:
    return table, tuple(row[column] for column in TABLES[table].primary)
