"""A report as JSON and as JUnit XML: pure functions."""

from __future__ import annotations

from xml.etree import ElementTree

import msgspec

from ash_scaffold.problem import Severity
from ash_scaffold.verify.finding import Finding, Report

VERSION = 1
_NOT_XML = {code: f"\\x{code:02x}" for code in range(32) if code not in (9, 10, 13)}


def as_document(report: Report) -> dict[str, object]:
    """Return what `--json` prints, as builtins."""
    return {
        "version": VERSION,
        "source": report.source,
        "ash": report.ash,
        "ash_postgres": report.ash_postgres,
        "clean": report.clean,
        "resources": msgspec.to_builtins(report.checked),
        "findings": msgspec.to_builtins(report.findings),
        "problems": msgspec.to_builtins(report.problems),
    }


def as_junit(report: Report) -> str:
    """Return JUnit XML: a test case for each resource, and one for the project as a whole.

    Errors and warnings are failures, one for each; notes are in `system-out`.
    """
    names = [checked.resource for checked in report.checked]
    by_resource: dict[str, list[Finding]] = {name: [] for name in names}
    tables = {checked.table: checked.resource for checked in report.checked}
    project: list[Finding] = []
    for finding in report.findings:
        name = finding.resource or tables.get(finding.table, "")
        by_resource.get(name, project).append(finding)
    failures = sum(finding.severity is not Severity.NOTE for finding in report.findings)
    suite = ElementTree.Element(
        "testsuite", name="ash-scaffold verify", tests=str(len(names) + 1), failures=str(failures)
    )
    _case(suite, "project", project)
    for name in names:
        _case(suite, name, by_resource[name])
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, "unicode")}\n'


def _case(suite: ElementTree.Element, name: str, findings: list[Finding]) -> None:
    case = ElementTree.SubElement(suite, "testcase", classname="ash_scaffold.verify", name=name)
    for finding in findings:
        if finding.severity is not Severity.NOTE:
            failure = ElementTree.SubElement(
                case,
                "failure",
                type=finding.kind.value,
                message=_text(f"{finding.place}: {finding.what}"),
            )
            failure.text = _text(finding.todo)
    notes = [finding for finding in findings if finding.severity is Severity.NOTE]
    if notes:
        lines = (f"{finding.place}: {finding.what}" for finding in notes)
        ElementTree.SubElement(case, "system-out").text = _text("\n".join(lines))


def _text(text: str) -> str:
    """Escape what XML can't hold at all."""
    return text.translate(_NOT_XML)
