"""The run of `doctor`: look, judge, and with `--fix` add the lines and look again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from ash_scaffold.doctor.database_checks import postgres_checks, repo_checks
from ash_scaffold.doctor.facts import Facts, again, gather
from ash_scaffold.doctor.fix import Edits, edits, formatted, has_ash, needs
from ash_scaffold.doctor.project_checks import elixir_checks, project_checks, snapshot_checks
from ash_scaffold.doctor.report import Check, DoctorReport
from ash_scaffold.project.local_identity import IGNORE, IGNORE_PATH
from ash_scaffold.project.settings import lines
from ash_scaffold.project.write import Lock, write_files
from ash_scaffold.session import SourceOptions


def examine(
    options: SourceOptions, say: Callable[[str], None] = lambda _phase: None
) -> DoctorReport:
    """Gather the facts and judge them. Raises `ScaffoldError` where there is no mix project."""
    facts = gather(options, say)
    return DoctorReport(findings=_marked(_checks(facts), _edits(facts)))


def repair(
    lock: Lock, options: SourceOptions, say: Callable[[str], None] = lambda _phase: None
) -> DoctorReport:
    """Do as `examine`, and add the lines that can be added safely, all or none.

    Raises `ScaffoldError`, with nothing written.
    """
    facts = gather(options, say)
    wanted = _edits(facts)
    if not wanted.files:
        return DoctorReport(findings=_checks(facts))
    before = _marked(_checks(facts), wanted)
    wanted = formatted(facts.project, wanted)
    written = write_files(lock, wanted.files, expected=wanted.seen)
    fixed = {check.kind for check in before if check.fixable}
    after = _checks(again(facts, options))
    return DoctorReport(
        findings=tuple(
            msgspec.structs.replace(check, fixed=True)
            if check.kind in fixed and check.status == "ok"
            else check
            for check in after
        ),
        written=(*written.created, *written.changed),
    )


def _checks(facts: Facts) -> tuple[Check, ...]:
    """Judge everything, in the order in which it is shown."""
    return (
        *elixir_checks(facts),
        *project_checks(facts),
        *repo_checks(facts),
        *snapshot_checks(facts),
        *postgres_checks(facts),
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
