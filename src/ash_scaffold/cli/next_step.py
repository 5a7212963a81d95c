"""`ash-scaffold` without a command: what to do next in the project that it is called in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ash_scaffold.cli.command import ending
from ash_scaffold.cli.options import working_folder
from ash_scaffold.problem import Code, ScaffoldError

if TYPE_CHECKING:
    from ash_scaffold.next_step import NextStep, Step

_ELSEWHERE = (
    " `ash-scaffold demo` shows the main job on a sample project, `ash-scaffold --help` lists all "
    "commands."
)


def show_next_step() -> None:
    """Print what to do next; nothing is written, and no database is asked.

    Exit code 0, or 2 where there is no mix project, or one that can't be read.
    """
    with ending():
        _print(_found())


def _found() -> NextStep:
    import msgspec

    from ash_scaffold.next_step import next_step

    try:
        return next_step(working_folder(), os.environ)
    except ScaffoldError as error:
        raise ScaffoldError(
            *(
                msgspec.structs.replace(each, todo=each.todo + _ELSEWHERE)
                if each.code is Code.NOT_A_MIX_PROJECT
                else each
                for each in error.problems
            )
        ) from error


def _print(found: NextStep) -> None:
    from ash_scaffold.cli.output import console, safe
    from ash_scaffold.next_step import Step

    out = console()
    help_ = Step("--help", "all commands; each has a --help of its own")
    lines = [found.standing, "", "Next:", *_told(found.step), "", "Also:"]
    lines += [line for step in (*found.others, help_) for line in _told(step)]
    if found.database:
        lines += ["", f"No database is named yet: {found.database}, or $DATABASE_URL."]
    for line in lines:
        out.print(safe(line))


def _told(step: Step) -> tuple[str, str]:
    return f"  ash-scaffold {step.command}", f"      {step.why}"
