"""The snapshots, which the team commits, and the files of one machine, which it does not."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.doctor.facts import Facts
from ash_scaffold.doctor.machine import Snapshots
from ash_scaffold.doctor.model import Check, Group, Status, from_problem
from ash_scaffold.project.local_identity import FOLDER as LOCAL
from ash_scaffold.project.local_identity import IGNORE_PATH
from ash_scaffold.project.snapshot import FOLDER as SNAPSHOTS


def snapshot_checks(facts: Facts) -> Iterator[Check]:
    """Judge whether the snapshots can be read and are shared."""
    if facts.interrupted:
        yield _check(
            "interrupted",
            Status.WARNING,
            "An earlier run was interrupted while it wrote.",
            "The next one that writes finishes it: ash-scaffold resources",
        )
    if facts.snapshot_problems:
        for problem in facts.snapshot_problems:
            yield from_problem(Group.SNAPSHOTS, "readable", problem)
    elif not facts.snapshots:
        yield _check("readable", Status.OK, f"There are none in {SNAPSHOTS} yet.")
        return
    else:
        yield _check("readable", Status.OK, f"All {facts.snapshots} can be read.")
    if facts.git is None:
        yield _check(
            "committed",
            Status.SKIPPED,
            "Whether they are committed was not looked at: git has no repository here.",
        )
        return
    yield _committed(facts.git)
    yield _local(facts.git, there=facts.local_there)


def _check(
    name: str,
    status: Status,
    what: str,
    todo: str = "",
    path: str = "",
    lines: tuple[str, ...] = (),
) -> Check:
    return Check(
        group=Group.SNAPSHOTS,
        name=name,
        status=status,
        what=what,
        todo=todo,
        path=path,
        lines=lines,
    )


def _committed(git: Snapshots) -> Check:
    name = "committed"
    if git.ignored:
        return _check(
            name,
            Status.ERROR,
            f"git ignores {SNAPSHOTS}: others could not regenerate without losing edits.",
            "Add this behind the rule that does so:",
            ".gitignore",
            (f"!/{SNAPSHOTS}/",),
        )
    count = len(git.untracked) + len(git.changed)
    if count:
        return _check(
            name,
            Status.WARNING,
            f"Not committed as they are now: {count}.",
            "Commit them with the modules that they belong to:",
            lines=(f"git add {SNAPSHOTS}",),
        )
    return _check(name, Status.OK, "They are committed.")


def _local(git: Snapshots, *, there: bool) -> Check:
    name = "local-identity"
    if git.local_tracked:
        return _check(
            name,
            Status.ERROR,
            f"{LOCAL} is committed, though its files are of one machine's databases.",
            "Take it out of git; the files stay:",
            lines=(f"git rm -r --cached {LOCAL}",),
        )
    if there and not git.local_ignored:
        return _check(
            name,
            Status.WARNING,
            f"git does not ignore {LOCAL}, whose files are of one machine's databases.",
            path=IGNORE_PATH,
            lines=("*",),
        )
    return _check(name, Status.OK, f"git ignores {LOCAL}." if there else f"There is no {LOCAL}.")
