"""Two or three runs at once in one project."""

from __future__ import annotations

import time
from random import Random

from tests.campaign.ground import Ground, Tried, tried
from tests.campaign.oracle import wrong_files, wrong_run, wrong_world
from tests.campaign.projects import CASES


def attempt(ground: Ground, dice: Random) -> Tried:
    """Start the same run several times: each ends well, and the files are those of one."""
    case, count = dice.choice(CASES), dice.randint(2, 3)
    known = ground.known(case)
    arguments = ground.arguments(case.command, case.ddl)
    killed = dice.random() < 0.3
    with ground.box(case) as box:
        world = box.world()
        runs = []
        for _ in range(count):
            runs.append(box.start(*arguments))
            time.sleep(dice.uniform(0, 0.3))
        if killed:
            runs.pop(dice.randrange(count)).kill()
        wrong = [each for run in runs for each in wrong_run(run.end(), (known.code, 0, 1))]
        if killed and not runs:
            wrong.append("no run was left")
        return tried(
            f"{case.name}, {count} at once{', one killed' if killed else ''}",
            wrong,
            wrong_files(box.tree(), known.after),
            wrong_world(box, world),
        )
