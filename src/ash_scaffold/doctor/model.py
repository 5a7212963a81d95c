"""What `doctor` finds, as values."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from ash_scaffold.problem import Problem, Severity


class Status(StrEnum):
    """How one thing stands. `skipped`: it could not be looked at, and `what` says why."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    SKIPPED = "skipped"


class Group(StrEnum):
    """What a check is about."""

    ELIXIR = "Elixir"
    PROJECT = "The project"
    REPO = "The repo"
    SNAPSHOTS = "Snapshots"
    DATABASE = "The database"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at.

    `name` stays the same from version to version. `lines` are to be added to the file at `path`
    (relative to the project), or to be run in a shell where there is no path; `fixable` tells
    that `--fix` can add them, `fixed` that it has.
    """

    group: Group
    name: str
    status: Status
    what: str
    todo: str = ""
    path: str = ""
    lines: tuple[str, ...] = ()
    fixable: bool = False
    fixed: bool = False


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Every check in the order of the groups, and the files that `--fix` has written."""

    checks: tuple[Check, ...]
    written: tuple[str, ...] = ()

    def count(self, status: Status) -> int:
        """How many checks came out like that."""
        return sum(check.status is status for check in self.checks)


_STATUS = {
    Severity.ERROR: Status.ERROR,
    Severity.WARNING: Status.WARNING,
    Severity.NOTE: Status.OK,
}


def from_problem(group: Group, name: str, problem: Problem) -> Check:
    """Say a problem as a check."""
    where = f"{problem.where}: " if problem.where else ""
    return Check(
        group=group,
        name=name,
        status=_STATUS[problem.severity],
        what=f"{where}{problem.what}",
        todo=problem.todo,
    )
