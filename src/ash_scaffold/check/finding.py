"""What `check` finds, as values."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from ash_scaffold.problem import Problem


class Severity(StrEnum):
    """What a finding means for those who use the resources."""

    BREAKS = "breaks"
    """A read or write through Ash fails, or Ash would migrate a shared table."""
    DIFFERS = "differs"
    """Ash is stricter or looser than the database, or knows less of it."""
    STALE = "stale"
    """Another run of `resources` would change text only."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Source(StrEnum):
    """Which of the comparisons found it."""

    SCHEMA = "schema"
    """The database is not what the snapshots say."""
    CODE = "code"
    """The code is not what the database demands."""
    GUARD = "guard"
    """Something could let Ash migrate, or makes the check blind."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was found.

    `kind` is in the words of `postgres.compare.Kind`, `ash.compare.Kind` or `guard.kinds.Kind`.
    `table` is as the configuration names it, empty where it is about no table; `object` the
    column, index, constraint or label, empty for the whole. `path` and `line` (from 1) say where
    in the code it is. `command` mends it, where a command does. `accept` are the names by which
    `[[accept]]` may mean it, the narrowest first.
    """

    severity: Severity
    source: Source
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

    def sort_key(self) -> tuple[str, int, str, str, str, str, str]:
        """By table, then the worst first: the same order on every machine."""
        return (
            self.table,
            self.severity.rank,
            self.source.value,
            self.kind,
            self.object,
            self.place,
            self.what,
        )


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that an `[[accept]]` entry is about."""

    finding: Finding
    object: str
    reason: str


class LegacyUser(msgspec.Struct, frozen=True):
    """A module of the legacy code that uses a table, and where it first does."""

    module: str
    kind: str
    path: str
    line: int


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """A table with a resource, and who of the legacy code still refers to it.

    Without any user nobody but Ash does. `owned_by_ash` is what the configuration says.
    """

    table: str
    module: str
    owned_by_ash: bool
    legacy: tuple[LegacyUser, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a run.

    `tables` is the number of tables with a resource that was planned. `hand_over` is None when
    nobody asked for it. `timings` are seconds by phase.
    """

    source: str
    tables: int
    findings: tuple[Finding, ...]
    accepted: tuple[Accepted, ...] = ()
    hand_over: tuple[HandOver, ...] | None = None
    problems: tuple[Problem, ...] = ()
    timings: dict[str, float] = {}

    def count(self, severity: Severity) -> int:
        """Return the number of findings of a severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def fails(self, threshold: Severity) -> bool:
        """Whether a finding is as bad as the threshold, or worse."""
        return any(finding.severity.rank <= threshold.rank for finding in self.findings)
