"""Tenancy is turned on and off like any other change: 300 cases, those of other tweaks among them.

What has to hold is what does after a change of the schema (`test_properties`). `python -m
tests.regenerate.test_tenancy SEED` replays one history.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.elixir.merging import Dice
from tests.regenerate.cases import failures, first_seed
from tests.regenerate.project import CONFIG_PATH, MixProject
from tests.regenerate.schemas import Schema, draw_schema
from tests.regenerate.steps import Person, Team, own_files, take_step
from tests.regenerate.test_properties import look_both_ways
from tests.regenerate.undone import check_undone

STEPS = 3
CASES = 300
CHUNK = 20
# The column of the tenant with the table of the tenants: in keys of several columns, too.
TENANTS = (("user_id", "users"), ("author_id", "users"), ("post_id", "posts"))


def tenancy(dice: Dice, tables: Sequence[str]) -> str:
    """Draw the configuration of tenants, perhaps with a table that has none."""
    column, tenants = dice.one([pair for pair in TENANTS if pair[1] in tables] or [TENANTS[0]])
    text = f'\n[tenancy]\nstrategy = "attribute"\ncolumn = "{column}"\ntenants = "{tenants}"\n'
    if dice.random() < 0.3:
        text += f"except = {[dice.one(tables)]}\n"
    return text


def toggle(team: Team, schema: Schema) -> None:
    """Edit, turn tenancy on, or off where it is on; go back, or go on with it."""
    dice, project = team.person.dice, team.project
    team.person.edit(project)
    team.run(schema, twice=False)
    before, config = own_files(project), project.files[CONFIG_PATH]
    plain, on, _ = config.decode().partition("\n[tenancy]")
    tables = [table.name.name for table in schema.tables]
    changed = plain if on else plain + tenancy(dice, tables)
    project.put({CONFIG_PATH: changed.encode()})
    done = team.run(schema)
    if dice.yes():
        return
    project.put({CONFIG_PATH: config})
    back = team.run(schema, twice=dice.random() < 0.3)
    check_undone(before, own_files(project), done, back)


def run_history(seed: int) -> None:
    """Draw a schema and a project, and change the schema and the configuration by turns."""
    dice = Dice(seed)
    schema = draw_schema(dice, 5)
    with TemporaryDirectory() as folder:
        team = Team(MixProject(Path(folder)), Person(dice), remembers=dice.yes(), prune=False)
        team.run(schema)
        for _ in range(STEPS):
            toggle(team, schema)
            schema = take_step(team, schema)


@pytest.mark.parametrize(
    "start",
    [0, *(pytest.param(s, marks=pytest.mark.slow) for s in range(3, CASES // STEPS, CHUNK))],
)
def test_nothing_of_a_person_is_lost(start: int) -> None:
    first = first_seed() + start
    assert failures(run_history, range(first, first + (CHUNK if start else 3))) == []


@pytest.mark.parametrize("start", [0, *(pytest.param(s, marks=pytest.mark.slow) for s in (3, 40))])
def test_a_file_that_is_not_parsed_whole_is_treated_as_one_that_is(
    start: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_both_ways(monkeypatch)
    first = first_seed() + start
    assert failures(run_history, range(first, first + (CHUNK if start else 3))) == []


if __name__ == "__main__":
    run_history(int(sys.argv[1]))
