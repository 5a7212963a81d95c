"""A finding and a report of findings, the same for every command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.config.options import Accept
from ash_scaffold.problem import Problem, Severity

DRIFT_WORDS: Mapping[Severity, str] = {
    Severity.ERROR: "breaks",
    Severity.WARNING: "differs",
    Severity.NOTE: "stale",
}
"""The severities as `check` words them.

`breaks`: a read or write through Ash fails, or Ash would migrate a shared table. `differs`: Ash is
stricter or looser than the database, or knows less of it. `stale`: another run of `resources` would
change text only.
"""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was found.

    `kind` is in the words of the comparison that found it, `source` names the comparison. `table`
    is as the configuration names it, empty where it is about no table; `object` the column, index,
    constraint or label, empty for the whole. `path` and `line` (from 1) say where in the code it
    is. `command` fixes it, where a command does. `accept` are the names by which `[[accept]]` may
    mean it, the narrowest first.
    """

    severity: Severity
    source: str = ""
    kind: str
    table: str = ""
    object: str = ""
    module: str = ""
    path: str = ""
    line: int | None = None
    what: str
    todo: str = ""
    command: str = ""
    accept: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """The file and line, as editors take them; empty where there is none."""
        return f"{self.path}:{self.line}" if self.line is not None else self.path

    @property
    def subject(self) -> str:
        """The column, constraint or index with its table, else the table, else the module."""
        if self.table:
            return f"{self.table}.{self.object}" if self.object else self.table
        return self.module

    def by_table(self) -> tuple[str, int, str, str, str, str, str]:
        """Sort key: by table, then the worst first; the same order on every machine."""
        rank = self.severity.rank
        return (self.table, rank, self.source, self.kind, self.object, self.place, self.what)

    def by_severity(self) -> tuple[int, str, str, str, str, str]:
        """Sort key: the worst first, then by table; the same order on every machine."""
        rank = self.severity.rank
        return (rank, self.table, self.object, self.kind, self.module, self.what)


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that an `[[accept]]` entry is about."""

    finding: Finding
    object: str
    reason: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a run. `source` names the database without credentials."""

    source: str = ""
    findings: tuple[Finding, ...]
    accepted: tuple[Accepted, ...] = ()
    problems: tuple[Problem, ...] = ()

    def count(self, severity: Severity) -> int:
        """Return the number of findings of a severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def fails(self, threshold: Severity) -> bool:
        """Whether a finding is as bad as the threshold, or worse."""
        return any(finding.severity.rank <= threshold.rank for finding in self.findings)


def split_accepted(
    findings: Iterable[Finding], entries: Iterable[Accept]
) -> tuple[tuple[Finding, ...], tuple[Accepted, ...]]:
    """Part the findings into those that stay and those that an entry accepts.

    Equal findings become one. The order is that of the findings.
    """
    reasons = {entry.object: entry.reason for entry in entries}
    left: list[Finding] = []
    accepted: list[Accepted] = []
    for finding in dict.fromkeys(findings):
        name = next((name for name in finding.accept if name in reasons), None)
        if name is None:
            left.append(finding)
        else:
            accepted.append(Accepted(finding=finding, object=name, reason=reasons[name]))
    return tuple(left), tuple(accepted)
