"""The run of `doctor`: look, judge, and with `--fix` add the lines and look again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from ash_scaffold.doctor.checks import checks
from ash_scaffold.doctor.facts import Facts, again, gather
from ash_scaffold.doctor.fix import Edits, edits, formatted
from ash_scaffold.doctor.model import Check, Report, Status
from ash_scaffold.doctor.needs import has_ash, needs
from ash_scaffold.generate.reading import Request
from ash_scaffold.project.local_identity import IGNORE, IGNORE_PATH
from ash_scaffold.project.settings import lines
from ash_scaffold.project.write import Lock, write_files


def examine(request: Request, say: Callable[[str], None] = lambda _phase: None) -> Report:
    """Look at everything and judge it. Raises `ScaffoldError` where there is no mix project."""
    facts = gather(request, say)
    return Report(checks=_marked(checks(facts), _edits(facts)))


def repair(
    lock: Lock, request: Request, say: Callable[[str], None] = lambda _phase: None
) -> Report:
    """Do as `examine`, and add the lines that can be added safely, all or none.

    Raises `ScaffoldError`, with nothing written.
    """
    facts = gather(request, say)
    wanted = _edits(facts)
    if not wanted.files:
        return Report(checks=checks(facts))
    before = _marked(checks(facts), wanted)
    wanted = formatted(facts.project, wanted)
    written = write_files(lock, wanted.files, seen=wanted.seen)
    fixed = {check.name for check in before if check.fixable}
    after = checks(again(facts, request))
    return Report(
        checks=tuple(
            msgspec.structs.replace(check, fixed=True)
            if check.name in fixed and check.status is Status.OK
            else check
            for check in after
        ),
        written=(*written.created, *written.changed),
    )


def _edits(facts: Facts) -> Edits:
    found = edits(facts.project, needs(facts) if has_ash(facts.project) else ())
    git = facts.git
    if git is None or not facts.local_there or git.local_ignored or git.local_tracked:
        return found
    if (facts.project.root / IGNORE_PATH).exists():
        return found
    return msgspec.structs.replace(
        found,
        files={**found.files, IGNORE_PATH: IGNORE},
        seen={**found.seen, IGNORE_PATH: None},
    )


def _marked(found: Iterable[Check], wanted: Edits) -> tuple[Check, ...]:
    """Mark the checks whose lines can be added."""
    addable = {(need.path, lines(need.setting)) for need in wanted.met}
    if IGNORE_PATH in wanted.files:
        addable.add((IGNORE_PATH, ("*",)))
    return tuple(
        msgspec.structs.replace(check, fixable=(check.path, check.lines) in addable)
        for check in found
    )
