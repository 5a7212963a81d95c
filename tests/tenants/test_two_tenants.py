"""A thousand random operations of two tenants, as real Ash performed them."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import pytest
from tests.tenants.model import GLOBAL, TABLES, TENANT, of_anybody
from tests.tenants.record import MODULES, OPERATIONS, digest
from tests.tenants.replay import disagreements, recorded, rows_after

WRITES = ("create", "upsert", "bulk_create", "update", "update_record", "managed")


@cache
def lines() -> list[Any]:
    return recorded()[1]


def test_the_answers_are_those_of_the_modules_that_are_generated() -> None:
    assert recorded()[0]["modules"] == digest(MODULES.read_bytes())


def test_each_answer_and_each_row_is_what_the_rules_say() -> None:
    assert len(lines()) == OPERATIONS
    assert disagreements(lines()) == []


def test_no_row_of_another_tenant_is_touched() -> None:
    touched = [
        (operation, row)
        for operation, _, changes in lines()
        for table, before, after in changes
        for row in (before, after)
        if row is not None
        if table != GLOBAL
        if row[TENANT] != (operation["tenant"] or operation.get("of"))
    ]
    assert touched == []


def test_rules_that_show_all_rows_to_all_are_told_from_these() -> None:
    assert len(disagreements(lines(), of_anybody)) > 100


@pytest.mark.parametrize("number", range(0, OPERATIONS, 50))
def test_what_is_seen_or_touched_beyond_that_is_found(number: int) -> None:
    rows = rows_after(lines()[:number])
    operation, answer, changes = lines()[number]
    other = {"id": 77_777, TENANT: 2, "label": "t1"}
    assert disagreements([(operation, answer, changes)], rows=rows) == []
    assert disagreements([(operation, answer, [*changes, ("tags", None, other)])], rows=rows)
    assert disagreements([(operation, {"ok": [[77_777]]}, changes)], rows=rows)


def test_the_operations_are_of_every_kind_for_every_table() -> None:
    kinds = Counter((operation["op"], "ok" in answer) for operation, answer, _ in lines())
    assert min(kinds[kind, done] for kind in WRITES for done in (True, False)) >= 5
    assert {operation["table"] for operation, _, changes in lines() if changes} == set(TABLES)
    assert {operation["tenant"] for operation, _, _ in lines()} == {1, 2, None}
    errors = {error[0] for _, answer, _ in lines() for error in answer.get("error", ())}
    assert errors == {
        "InvalidAttribute",
        "InvalidChanges",
        "NoSuchInput",
        "NotFound",
        "StaleRecord",
        "TenantRequired",
    }
