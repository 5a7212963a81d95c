"""The report of `doctor`: every check, passed or not."""

from __future__ import annotations

from enum import StrEnum

from ash_scaffold.generate.missing_settings import Need
from ash_scaffold.problem import Problem, Severity
from ash_scaffold.project.settings import lines
from ash_scaffold.report.finding import Finding, Report
from ash_scaffold.report.formats import document, objects

_KEYS = {
    "group": "source",
    "name": "kind",
    "status": "status",
    "what": "what",
    "todo": "todo",
    "path": "path",
    "lines": "lines",
    "fixable": "fixable",
    "fixed": "fixed",
}


class Group(StrEnum):
    """The subject of a check: its `source` as a finding."""

    ELIXIR = "Elixir"
    PROJECT = "The project"
    REPO = "The repo"
    SNAPSHOTS = "Snapshots"
    DATABASE = "The database"


class Check(Finding, frozen=True, kw_only=True):
    """A check; a note when it passed, or when it was skipped.

    `kind` is its name, the same from version to version. `lines` are to be added to the file at
    `path` (relative to the project), or to be run in a shell where there is no path; `fixable`
    means that `--fix` can add them, `fixed` that it has. `what` gives the reason of a skipped one.
    """

    skipped: bool = False
    lines: tuple[str, ...] = ()
    fixable: bool = False
    fixed: bool = False

    @property
    def status(self) -> str:
        """`ok`, `warning`, `error` or `skipped`."""
        if self.skipped:
            return "skipped"
        return "ok" if self.severity is Severity.NOTE else self.severity.value


class DoctorReport(Report, frozen=True, kw_only=True):
    """Every check in the order of the groups, and the files that `--fix` has written."""

    findings: tuple[Check, ...]
    written: tuple[str, ...] = ()


def check(
    group: Group,
    name: str,
    severity: Severity,
    what: str,
    todo: str = "",
    path: str = "",
    lines: tuple[str, ...] = (),
) -> Check:
    """Build a check."""
    return Check(
        source=group, kind=name, severity=severity, what=what, todo=todo, path=path, lines=lines
    )


def skipped(group: Group, name: str, what: str, todo: str = "") -> Check:
    """Build the check of a thing that could not be looked at."""
    return Check(
        source=group, kind=name, severity=Severity.NOTE, skipped=True, what=what, todo=todo
    )


def from_problem(group: Group, name: str, problem: Problem) -> Check:
    """Build the check that a problem stands for."""
    where = f"{problem.where}: " if problem.where else ""
    return check(group, name, problem.severity, f"{where}{problem.what}", problem.todo)


def missing(group: Group, name: str, severity: Severity, what: str, need: Need) -> Check:
    """Build the check of a setting that a file lacks, with the lines that it wants."""
    return check(
        group, name, severity, f"{what}: {need.why}.", path=need.path, lines=lines(need.setting)
    )


def doctor_document(report: DoctorReport) -> dict[str, object]:
    """Return the JSON document as builtins."""
    return document(checks=objects(report.findings, _KEYS), written=report.written)
