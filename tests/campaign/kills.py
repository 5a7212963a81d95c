"""SIGKILL between any two steps of a run on the disk, in the middle of one, or at any time."""

from __future__ import annotations

import time
from random import Random

from tests.campaign.box import Box, nothing
from tests.campaign.disk import killing, watch
from tests.campaign.ground import Case, Ground, Tried, tried
from tests.campaign.oracle import wrong_files, wrong_run, wrong_world
from tests.campaign.projects import CASES

_LONGEST = 0.6  # seconds that a run takes, about


def attempt(ground: Ground, dice: Random) -> Tried:
    """Kill a run, perhaps the next one too, then let one end: the files are whole."""
    case = dice.choice(CASES)
    known = ground.known(case)
    with ground.box(case) as box:
        world = box.world()
        how = _kill(ground, box, case, dice, known.steps)
        if dice.random() < 0.3:
            how += f", then {_kill(ground, box, case, dice, 12)}"
        last = box.run(*ground.arguments(case.command, case.ddl))
        return tried(
            f"{case.name}, {how}",
            wrong_run(last, (known.code,)),
            wrong_files(box.tree(), known.after),
            wrong_world(box, world),
        )


def _kill(ground: Ground, box: Box, case: Case, dice: Random, steps: int) -> str:
    arguments = ground.arguments(case.command, case.ddl)
    if dice.random() < 0.2:
        seconds = dice.uniform(0, _LONGEST)
        running = box.start(*arguments)
        time.sleep(seconds)
        running.kill()
        return f"killed after {seconds:.3f} s"
    number, half = dice.randint(1, max(1, steps)), dice.random() < 0.3
    before = (lambda: watch(box.project, killing(number, half=half))) if steps else nothing
    box.run(*arguments, before=before)
    return f"killed {'in' if half else 'before'} step {number}"
