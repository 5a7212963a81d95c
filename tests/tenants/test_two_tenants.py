"""A thousand random operations of two tenants, as real Ash performed them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
from tests.tenants.model import GLOBAL, TENANT, of_anybody
from tests.tenants.record import OPERATIONS, digest, modules
from tests.tenants.replay import CASES, Recording, disagreement, recorded

WRITES = ("create", "upsert", "bulk_create", "update", "update_record")
ERRORS = {
    "InvalidAttribute",
    "InvalidChanges",
    "NoSuchInput",
    "NotFound",
    "StaleRecord",
    "TenantRequired",
}
each_case = pytest.mark.parametrize("case", CASES)


@cache
def of(case: str) -> Recording:
    return recorded(case)


@each_case
def test_the_answers_are_those_of_the_modules_that_are_generated(case: str) -> None:
    assert of(case).about["modules"] == digest(modules(case))


@each_case
def test_each_answer_and_each_row_is_what_the_rules_say(case: str) -> None:
    assert len(of(case).lines) == OPERATIONS
    assert list(of(case).disagreements()) == []


@each_case
def test_no_row_of_another_tenant_is_touched(case: str) -> None:
    touched = []
    for line in of(case).lines:
        said = line.operation["tenant"]
        # Where each tenant has a schema, a record is destroyed in the one it was read from.
        own = line.operation["op"] == "destroy_record" and case == "two_schemas"
        tenant = line.operation.get("of") if own or said is None else said
        touched += [
            (line.operation, row)
            for table, *rows in line.changes
            for row in rows
            if row is not None and table != GLOBAL and row[TENANT] != tenant
        ]
    assert touched == []


@each_case
def test_rules_that_show_all_rows_to_all_are_told_from_these(case: str) -> None:
    assert len(list(of(case).disagreements(of_anybody))) > 100


@each_case
@pytest.mark.parametrize("number", range(0, OPERATIONS, 50))
def test_what_is_seen_or_touched_beyond_that_is_found(case: str, number: int) -> None:
    tables, rows, line = of(case).tables, of(case).rows_before(number), of(case).lines[number]
    other = ("tags", None, {"id": 77_777, TENANT: 2, "label": "t1"})
    seen = replace(line, answer={"ok": [[77_777]]})
    touched = replace(line, changes=[*line.changes, other])
    assert list(disagreement(tables, rows, line)) == []
    assert list(disagreement(tables, rows, seen))
    assert list(disagreement(tables, rows, touched))


@each_case
def test_the_operations_are_of_every_kind_for_every_table(case: str) -> None:
    lines = of(case).lines
    kinds = Counter((line.operation["op"], "ok" in line.answer) for line in lines)
    assert {kind for kind in WRITES for done in (True, False) if kinds[kind, done] < 3} == set()
    assert {line.operation["table"] for line in lines if line.changes} == set(CASES[case])
    assert {line.operation["tenant"] for line in lines} == {1, 2, None}
    assert {error[0] for line in lines for error in line.answer.get("error", ())} == ERRORS
