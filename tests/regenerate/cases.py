"""A history of a project, drawn from a seed: several cases, one after another.

`python -m tests.regenerate.cases SEED` runs one again.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.elixir.merging import Dice
from tests.regenerate.project import MixProject
from tests.regenerate.schemas import draw_schema
from tests.regenerate.steps import Person, Team, take_step

STEPS = 6
# The seeds start here; another number gives other cases.
VARIABLE = "ASH_SCAFFOLD_SEED"


def first_seed() -> int:
    return int(os.environ.get(VARIABLE, "1"))


def run_history(seed: int) -> None:
    """Draw a schema and a project, and take some steps with them."""
    dice = Dice(seed)
    schema = draw_schema(dice, 3)
    with TemporaryDirectory() as folder:
        project = MixProject(Path(folder))
        team = Team(project, Person(dice), remembers=dice.yes(), prune=dice.yes())
        team.run(schema)
        for _ in range(STEPS):
            schema = take_step(team, schema)


def failures(run: Callable[[int], None], seeds: Sequence[int]) -> list[str]:
    """Run histories, and return the trace of each that failed."""
    print(f"seeds {seeds[0]} to {seeds[-1]} ({VARIABLE}={first_seed()})")
    found = []
    for seed in seeds:
        try:
            run(seed)
        except Exception:
            found.append(f"seed {seed}\n{traceback.format_exc()}")
    return found


if __name__ == "__main__":
    run_history(int(sys.argv[1]))
