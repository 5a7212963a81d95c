"""Real catalogs: legacy ones of PostgreSQL 15, and what Ash made of their resources in 18.

Recorded with the proof on real Ash 3.32 and AshPostgres 2.12: all tables of the sample project and
of pagila went over at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from ash_scaffold.cutover.compare import Count, ObjectKind, compare_inventories, describe
from ash_scaffold.postgres.inventory import Inventory

RECORDED = Path(__file__).with_name("recorded")
NAMES = ["sample_project", "pagila"]
PARTS = (
    *("columns", "constraints", "indexes", "triggers", "rules", "policies", "sequences"),
    "statistics",
)


def recorded(name: str, whose: str) -> Inventory:
    return msgspec.json.decode((RECORDED / f"{name}.{whose}.json").read_bytes(), type=Inventory)


@pytest.mark.parametrize("name", NAMES)
def test_what_ash_made_is_the_same_on_another_version(name: str) -> None:
    legacy, made = recorded(name, "legacy"), recorded(name, "ash")
    assert (legacy.server_version // 10000, made.server_version // 10000) == (15, 18)
    found = compare_inventories(legacy, made)
    assert [describe(each) for _, each in found.faults] == []
    assert all(table.identical for table in found.tables)
    assert found.needs == Count(len(legacy.needs), len(legacy.needs))
    columns = [table.counts[ObjectKind.COLUMN] for table in found.tables]
    assert sum(each.same for each in columns) == sum(len(table.columns) for table in legacy.tables)


def planted(made: Inventory) -> Iterator[tuple[str, Inventory]]:
    """Give what Ash made without one of its objects, for each in turn."""
    for number, table in enumerate(made.tables):
        before, after = made.tables[:number], made.tables[number + 1 :]
        yield f"table {table.name}", replace(made, tables=(*before, *after))
        for part in PARTS:
            objects = getattr(table, part)
            for index, each in enumerate(objects):
                left = (*objects[:index], *objects[index + 1 :])
                poorer = replace(table, **{part: left})
                yield f"{each.name} is missing", replace(made, tables=(*before, poorer, *after))
    for number, need in enumerate(made.needs):
        left = (*made.needs[:number], *made.needs[number + 1 :])
        yield f"{need.identity} is missing", replace(made, needs=left)


@pytest.mark.parametrize("name", NAMES)
def test_each_object_that_ash_did_not_make_is_found(name: str) -> None:
    legacy = recorded(name, "legacy")
    for what, made in planted(recorded(name, "ash")):
        found = [describe(each) for _, each in compare_inventories(legacy, made).faults]
        assert len(found) == 1, (what, found)
        assert what.removeprefix("table ") in found[0] or "table is missing" in found[0]
