"""A report as workflow commands of GitHub Actions: an annotation on the file and line of each.

Their form, and what has to be escaped, is GitHub's ("Workflow commands for GitHub Actions").
"""

from __future__ import annotations

from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding, Report

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def as_annotations(report: Report, prefix: str = "") -> str:
    """Return one line for each finding, nothing for a clean report.

    `prefix` is the project's folder in the repository, with a `/` at its end, "" for its root.
    """
    return "".join(f"{_annotation(finding, prefix)}\n" for finding in report.findings)


def _annotation(finding: Finding, prefix: str) -> str:
    properties = []
    if finding.path:
        properties.append(f"file={_property(prefix + finding.path)}")
    if finding.path and finding.line is not None:
        properties.append(f"line={finding.line}")
    title = f"{finding.table}: {finding.kind}" if finding.table else finding.kind
    properties.append(f"title={_property(title)}")
    text = "\n".join(part for part in (finding.what, finding.todo, finding.command) if part)
    return f"::{_LEVELS[finding.severity]} {','.join(properties)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
