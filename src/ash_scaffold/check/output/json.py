"""A report as one JSON document; its form is documented in the README under `check`."""

from __future__ import annotations

import msgspec

from ash_scaffold.check.finding import Finding, Report, Severity

VERSION = 1


def as_document(report: Report, threshold: Severity) -> dict[str, object]:
    """Return the document as builtins; `clean` tells whether the run passes the threshold."""
    return {
        "version": VERSION,
        "source": report.source,
        "fail_on": threshold.value,
        "clean": not report.fails(threshold),
        "tables": report.tables,
        "counts": {severity.value: report.count(severity) for severity in Severity},
        "findings": [_finding(finding) for finding in report.findings],
        "accepted": [
            {"object": each.object, "reason": each.reason, "finding": _finding(each.finding)}
            for each in report.accepted
        ],
        "hand_over": None if report.hand_over is None else msgspec.to_builtins(report.hand_over),
        "problems": msgspec.to_builtins(report.problems),
        "timings": report.timings,
    }


def _finding(finding: Finding) -> dict[str, object]:
    found: dict[str, object] = msgspec.to_builtins(finding)
    return found
