"""A full disk, a missing right, a broken device at any step of a run on the disk."""

from __future__ import annotations

import errno
from random import Random

from tests.campaign.disk import failing, watch
from tests.campaign.ground import Ground, Tried, tried
from tests.campaign.oracle import (
    without_staging,
    wrong_files,
    wrong_refusal,
    wrong_run,
    wrong_world,
)
from tests.campaign.projects import CASES

_ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS, errno.EDQUOT, errno.EPERM)
_HALF_WAY = "stopped half way"


def attempt(ground: Ground, dice: Random) -> Tried:
    """Let a step fail: nothing is written, or all, and the next run is whole."""
    case = dice.choice(CASES)
    known = ground.known(case)
    number, code = dice.randint(1, max(1, known.steps)), dice.choice(_ERRORS)
    lasting = dice.random() < 0.5
    arguments = ground.arguments(case.command, case.ddl)
    with ground.box(case) as box:
        world = box.world()
        failed = box.run(
            *arguments,
            before=lambda: watch(box.project, failing(number, code, lasting=lasting)),
        )
        wrong = wrong_run(failed)
        # Undoing may fail, too: that is said, and the next run ends it.
        if _HALF_WAY not in failed.err:
            now = without_staging(box.tree())
            wrong += wrong_refusal(failed, known.before, now)
            if failed.code != 2:
                wrong += wrong_files(now, known.after)
        last = box.run(*arguments)
        return tried(
            f"{case.name}, {errno.errorcode[code]} {'from' if lasting else 'at'} step {number}",
            wrong,
            wrong_run(last, (known.code,)),
            wrong_files(box.tree(), known.after),
            wrong_world(box, world),
        )
