"""Standard output that is full, closed, or can't say every character."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

from tests.campaign.box import SECRET, Box, Ran
from tests.campaign.ground import Case, Ground, Tried, tried
from tests.campaign.oracle import wrong_files, wrong_run, wrong_world
from tests.campaign.projects import CASES

PROGRAM = ("-m", "ash_scaffold")
_SOURCE = Path(__file__).parents[2] / "src"
_REDIRECTIONS = (
    *(">/dev/full", "2>/dev/full", ">/dev/full 2>&1", ">&-", "2>&-", ">&- 2>&-", "<&-"),
    *("<&- >&- 2>&-", "| true", "2>&1 >/dev/null | true", "| head -c 1 >/dev/null", ""),
)
_LOCALES = (
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"LC_ALL": "C.UTF-8"},
    {"LC_ALL": "C.UTF-8"},
    {"LC_ALL": "no_NO.nothing"},
)
_OPTIONS = ((), (), ("--json",), ("--verbose",), ("--quiet",))


def attempt(ground: Ground, dice: Random) -> Tried:
    """Run the command in a shell: what is told is lost at most, never what is written."""
    case = dice.choice(CASES)
    known = ground.known(case)
    redirection, locale = dice.choice(_REDIRECTIONS), dice.choice(_LOCALES)
    options = dice.choice(_OPTIONS)
    if "doctor" in case.command and options == ("--quiet",):
        options = ()
    with ground.box(case) as box:
        world = box.world()
        ran = _run(box, ground, case, options, redirection, locale)
        wrong = wrong_run(ran)
        after = box.tree()
        if ran.code == 2:
            wrong += [f"exit code 2: {each}" for each in wrong_files(after, known.before)]
        else:
            wrong += wrong_files(after, known.after)
        last = box.run(*ground.arguments(case.command, case.ddl))
        return tried(
            f"{case.name} {' '.join(options)} {redirection}, {locale}",
            wrong,
            wrong_run(last, (known.code,)),
            wrong_files(box.tree(), known.after),
            wrong_world(box, world),
        )


def _run(
    box: Box,
    ground: Ground,
    case: Case,
    options: tuple[str, ...],
    redirection: str,
    locale: dict[str, str],
) -> Ran:
    """Run the tool as a process of its own, its exit code before that of a pipe."""
    command = [
        sys.executable,
        *PROGRAM,
        *ground.arguments(case.command, case.ddl),
        *options,
    ]
    done = subprocess.run(
        ["bash", "-c", f'"$@" {redirection}; exit ${{PIPESTATUS[0]}}', "bash", *command],
        cwd=box.project,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(box.root / "home"),
            "TMPDIR": str(box.root / "tmp"),
            "PYTHONPATH": str(_SOURCE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "CAMPAIGN_PASSWORD": SECRET,
            **locale,
        },
        capture_output=True,
        check=False,
        timeout=120,
    )
    out, err = (each.decode("utf-8", "surrogateescape") for each in (done.stdout, done.stderr))
    return Ran(tuple(command[3:]), done.returncode, out, err)
