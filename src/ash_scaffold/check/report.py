"""The report of `check`: sources, commands that fix a finding, and each output format."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from enum import StrEnum
from itertools import groupby

import msgspec

from ash_scaffold.check.hand_over import HandOver, hand_over_lines
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import DRIFT_WORDS, Finding, Report
from ash_scaffold.report.formats import Case, as_junit, as_text, document, objects

_KEYS = {name: name for name in Finding.__struct_fields__}
_PROJECT = "project"
_MANY_TABLES = 5


class Source(StrEnum):
    """The comparison that found it: `source` of a finding."""

    SCHEMA = "schema"
    """The database is not what the snapshots say."""
    CODE = "code"
    """The code is not what the database demands."""
    TENANTS = "tenants"
    """The schema of another tenant is not what the one that was read for all is."""
    GUARD = "guard"
    """Something could let Ash migrate, or keeps the check from seeing."""


class Commands(msgspec.Struct, frozen=True):
    """The commands that fix what was found, with the options that name the database.

    A URL is not among the options, because it may hold a password.
    """

    options: tuple[str, ...] = ()

    def write(self, *tables: Name) -> str:
        """Return the command that writes the resources of tables; of all when they are many."""
        named = dict.fromkeys(tables)
        chosen = [word for table in named for word in ("--table", str(table))]
        return self._command(chosen if len(named) <= _MANY_TABLES else ())

    def actions(self, table: Name) -> str:
        """Return the command that writes the actions of a table."""
        return self._command(["--table", str(table)], "actions")

    def prune(self) -> str:
        """Return the command that deletes the resources of dropped tables."""
        return self._command(["--prune"])

    def _command(self, options: Iterable[str], command: str = "resources") -> str:
        return shlex.join(["ash-scaffold", command, *self.options, *options])


class NotBegun(msgspec.Struct, frozen=True, kw_only=True):
    """A domain of the configuration of which the project has nothing yet, with its tables."""

    domain: str
    tables: tuple[str, ...]


class CheckReport(Report, frozen=True, kw_only=True):
    """The outcome of `check`.

    `tables` is the number of tables with a resource that was planned; what is missing in domains
    that have `not_begun` is no finding. `hand_over` is None when it was not wanted. `timings` are
    seconds by phase.
    """

    tables: int
    not_begun: tuple[NotBegun, ...] = ()
    hand_over: tuple[HandOver, ...] | None = None
    timings: dict[str, float] = msgspec.field(default_factory=dict)


def check_document(report: CheckReport, threshold: Severity) -> dict[str, object]:
    """Return the JSON document as builtins; `clean` tells whether the run passes the threshold."""
    return document(
        source=report.source,
        fail_on=DRIFT_WORDS[threshold],
        clean=not report.fails(threshold),
        tables=report.tables,
        not_begun=report.not_begun,
        counts={word: report.count(severity) for severity, word in DRIFT_WORDS.items()},
        findings=objects(report.findings, _KEYS, DRIFT_WORDS),
        accepted=[
            {
                "object": each.object,
                "reason": each.reason,
                "finding": objects([each.finding], _KEYS, DRIFT_WORDS)[0],
            }
            for each in report.accepted
        ],
        hand_over=report.hand_over,
        problems=report.problems,
        timings=report.timings,
    )


def check_text(report: CheckReport, *, every: bool = False) -> str:
    """Return the findings and the hand-over as text, empty for a clean report without any."""
    return as_text(report, every=every) + "".join(
        f"{line}\n" for line in hand_over_lines(report.hand_over or ())
    )


def check_junit(report: CheckReport, threshold: Severity) -> str:
    """Return JUnit XML: a test case for each table with a finding, and one for the project.

    Accepted findings are in `system-out`.
    """
    groups = {
        table: tuple(found) for table, found in groupby(report.findings, key=lambda f: f.table)
    }
    groups.setdefault("", ())
    cases = [
        Case(
            name=table or _PROJECT,
            findings=findings,
            notes=tuple(
                f"accepted: {_line(each.finding)} ({each.reason})"
                for each in report.accepted
                if each.finding.table == table or (not table and each.finding.table not in groups)
            ),
        )
        for table, findings in sorted(groups.items())
    ]
    return as_junit("check", cases, threshold, _line, _details)


def _line(finding: Finding) -> str:
    return f"{DRIFT_WORDS[finding.severity]}: {finding.kind}: {finding.what}"


def _details(finding: Finding) -> str:
    return "\n".join(part for part in (finding.place, finding.todo, finding.command) if part)
