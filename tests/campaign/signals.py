"""Ctrl-C, once and twice, TERM and HUP at any step of a run and at any time."""

from __future__ import annotations

import signal
import time
from random import Random

from tests.campaign.disk import signalling, watch
from tests.campaign.ground import Ground, Tried, tried
from tests.campaign.oracle import DOCUMENTED, wrong_files, wrong_run, wrong_world
from tests.campaign.projects import CASES

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
_SIGNALS = ((INT,), (INT,), (INT, INT), (INT, TERM), (TERM,), (HUP,), (TERM, TERM))
_LONGEST = 0.5  # seconds that a run takes, about


def attempt(ground: Ground, dice: Random) -> Tried:
    """Send signals: a run that handles them leaves all or nothing, the next one is whole."""
    case, numbers = dice.choice(CASES), dice.choice(_SIGNALS)
    known = ground.known(case)
    arguments = ground.arguments(case.command, case.ddl)
    with ground.box(case) as box:
        world = box.world()
        if dice.random() < 0.7:
            step = dice.randint(1, max(1, known.steps))
            plan = {step + dice.randint(1, 4) * i: each for i, each in enumerate(numbers)}
            ran = box.run(*arguments, before=lambda: watch(box.project, signalling(plan)))
            when = f"before step {', '.join(map(str, plan))}"
        else:
            seconds = [dice.uniform(0, _LONGEST), *(dice.uniform(0, 0.05) for _ in numbers[1:])]
            running = box.start(*arguments)
            for pause, each in zip(seconds, numbers, strict=True):
                time.sleep(pause)
                running.send(each)
            ran = running.end()
            when = f"after {', '.join(f'{each:.3f}' for each in seconds)} s"
        killed = {code for each in numbers for code in (-each, 128 + each)}
        wrong = wrong_run(ran, {*DOCUMENTED, *killed} - ({2} if known.code != 2 else set()))
        if numbers == (INT,):
            wrong += wrong_files(box.tree(), known.before, known.after)
        last = box.run(*arguments)
        return tried(
            f"{case.name}, {' and '.join(each.name for each in numbers)} {when}",
            wrong,
            wrong_run(last, (known.code,)),
            wrong_files(box.tree(), known.after),
            wrong_world(box, world),
        )
