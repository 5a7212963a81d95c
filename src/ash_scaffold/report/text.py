"""A report for people: grouped by table, the worst first, with the commands that fix it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ash_scaffold.report.finding import DRIFT_WORDS, Accepted, Finding, Report

_PROJECT = "The project"
_PAD = " " * 11


def as_text(report: Report) -> str:
    """Return the text, empty for a clean report; names in it are as the database has them."""
    lines = [*_groups(report.findings), *_accepted(report.accepted)]
    if report.findings or report.accepted:
        lines.append(_summary(report))
    return "".join(f"{line}\n" for line in lines)


def _groups(findings: Sequence[Finding]) -> Iterator[str]:
    for table, found in groupby(findings, key=lambda finding: finding.table):
        group = list(found)
        yield table or _PROJECT
        for finding in group:
            yield from _finding(finding)
        commands = dict.fromkeys(each.command for each in group if each.command)
        for command in commands:
            yield f"  fix it:  {command}"
        yield ""


def _finding(finding: Finding) -> Iterator[str]:
    yield f"  {DRIFT_WORDS[finding.severity]:<7}  {finding.kind}: {finding.what}"
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
        f"{report.count(severity)} {word}"
        for severity, word in DRIFT_WORDS.items()
        if report.count(severity)
    ]
    number = len(report.findings)
    text = f"{number} finding{'' if number == 1 else 's'}"
    text += f": {', '.join(counted)}" if counted else ""
    return text + (f"; {len(report.accepted)} accepted." if report.accepted else ".")
