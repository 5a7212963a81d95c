"""Every kind of DDL is named in the right words, gone after `resources`, and raises no alarm.

`mutations.json` has how many mutations of each kind a schema has. `UPDATE_GOLDEN=1` writes those
of the schemas that are run.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from tests.check.ddl import KINDS
from tests.check.mutate import Mutated
from tests.check.mutations import ROOT, run, schemas
from tests.corpus.corpus import Dump
from tests.elixir.merging import Dice

NUMBERS = Path(__file__).with_name("mutations.json")
QUICK = (
    "column added",
    "column renamed",
    "nullability changed: not null",
    "table dropped",
    "foreign key dropped",
    "enum label added",
    "harmless: functions and sequences",
)


def numbers() -> dict[str, dict[str, int]]:
    """Return how many mutations there are, by schema and kind."""
    return msgspec.json.decode(NUMBERS.read_bytes(), type=dict[str, dict[str, int]])


def test_the_quick_round(odd: Mutated) -> None:
    kinds = [kind for kind in KINDS if kind.name in QUICK]
    outcomes = list(odd.mutations(Dice(1), kinds))
    assert [outcome for outcome in outcomes if outcome.failed] == []
    assert {outcome.kind for outcome in outcomes} == set(QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("schema", schemas(), ids=lambda schema: schema.name)
def test_every_kind_on(schema: Dump) -> None:
    result = run(schema)
    assert result.unchanged == ()
    assert [outcome for outcome in result.outcomes if outcome.failed] == []
    found = dict(Counter(outcome.kind for outcome in result.outcomes))
    recorded = numbers()
    if os.environ.get("UPDATE_GOLDEN"):
        recorded[schema.name] = found
        text = msgspec.json.format(msgspec.json.encode(recorded, order="sorted"))
        NUMBERS.write_bytes(text + b"\n")
    # A schema of a folder of one's own has no numbers.
    assert found == recorded.get(schema.name, found)


def test_no_kind_is_without_a_mutation() -> None:
    own = {schema.name for schema in schemas() if schema.path.is_relative_to(ROOT)}
    assert own <= numbers().keys()
    total = sum(map(Counter, numbers().values()), Counter[str]())
    assert [kind.name for kind in KINDS if not total[kind.name]] == []
    assert total.total() > 300
