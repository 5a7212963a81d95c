"""A report for people: grouped by table, the worst first, with the commands that mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ash_scaffold.check.finding import Accepted, Finding, HandOver, Report, Severity

_PROJECT = "The project"
_PAD = " " * 11
_USERS = 3


def as_text(report: Report) -> str:
    """Return the text, empty for a clean report; names in it are as the database has them."""
    lines = [*_groups(report.findings), *_accepted(report.accepted)]
    if report.findings or report.accepted:
        lines.append(_summary(report))
    lines += _hand_over(report.hand_over or ())
    return "".join(f"{line}\n" for line in lines)


def _groups(findings: Sequence[Finding]) -> Iterator[str]:
    for table, found in groupby(findings, key=lambda finding: finding.table):
        group = list(found)
        yield table or _PROJECT
        for finding in group:
            yield from _finding(finding)
        commands = dict.fromkeys(each.command for each in group if each.command)
        for command in commands:
            yield f"  mend it:  {command}"
        yield ""


def _finding(finding: Finding) -> Iterator[str]:
    yield f"  {finding.severity.value:<7}  {finding.kind}: {finding.what}"
    if finding.place:
        yield f"{_PAD}{finding.place}"
    for line in finding.todo.splitlines():
        yield f"{_PAD}{line}"


def _accepted(accepted: Iterable[Accepted]) -> Iterator[str]:
    found = list(accepted)
    if not found:
        return
    yield "Accepted"
    for each in found:
        yield f"  {each.object}: {each.finding.kind}. {each.reason}"
    yield ""


def _summary(report: Report) -> str:
    counted = [
        f"{report.count(severity)} {severity.value}"
        for severity in Severity
        if report.count(severity)
    ]
    number = len(report.findings)
    said = f"{number} finding{'' if number == 1 else 's'}"
    said += f": {', '.join(counted)}" if counted else ""
    return said + (f"; {len(report.accepted)} accepted." if report.accepted else ".")


def _hand_over(tables: Sequence[HandOver]) -> Iterator[str]:
    if not tables:
        return
    used = [each for each in tables if each.legacy]
    free = [each for each in tables if not each.legacy]
    if used:
        yield "Legacy code still refers to"
        for each in used:
            names = [user.module for user in each.legacy]
            more = f" and {len(names) - _USERS} more" if len(names) > _USERS else ""
            yield f"  {each.table}{_owned(each)}: {', '.join(names[:_USERS])}{more}"
    if free:
        yield "Nobody but Ash refers to"
        for each in free:
            yield f"  {each.table}{_owned(each)}"


def _owned(each: HandOver) -> str:
    return " (owned_by_ash)" if each.owned_by_ash else ""
