"""Every kind of DDL is named in the right words, gone after `resources`, and raises no alarm."""

from __future__ import annotations

import pytest
from tests.check.ddl import KINDS
from tests.check.mutate import Mutated
from tests.check.mutations import run_all, schemas, shown, table
from tests.elixir.merging import Dice

QUICK = (
    "column added",
    "column renamed",
    "nullability changed: not null",
    "table dropped",
    "foreign key dropped",
    "enum label added",
    "harmless: functions and sequences",
)


def test_the_quick_round(odd: Mutated) -> None:
    kinds = [kind for kind in KINDS if kind.name in QUICK]
    outcomes = list(odd.mutations(Dice(1), kinds))
    assert [outcome for outcome in outcomes if outcome.failed] == []
    assert {outcome.kind for outcome in outcomes} == set(QUICK)


@pytest.mark.slow
def test_every_kind_on_every_schema() -> None:
    results = run_all(schemas())
    rows = table(results)
    print(shown(rows))
    assert [result.unchanged for result in results] == [()] * len(results)
    assert [o for result in results for o in result.outcomes if o.failed] == []
    assert [row.kind for row in rows if not row.mutations] == []
    assert sum(row.mutations for row in rows) > 300
