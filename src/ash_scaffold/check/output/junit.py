"""A report as JUnit XML: a test case for each table with a finding, and one for the project."""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree

from ash_scaffold.check.finding import Finding, Report, Severity

_PROJECT = "project"
# XML 1.0 can't hold these characters at all.
_NOT_XML = {
    code: f"\\u{{{code:x}}}"
    for code in (*range(32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
    if code not in (9, 10, 13)
}


def as_junit(report: Report, threshold: Severity) -> str:
    """Return the XML. What is not as bad as the threshold, or accepted, is in `system-out`."""
    groups = {
        table: list(found) for table, found in groupby(report.findings, key=lambda f: f.table)
    }
    groups.setdefault("", [])
    failing = [f for f in report.findings if f.severity.rank <= threshold.rank]
    suite = ElementTree.Element(
        "testsuite",
        name="ash-scaffold check",
        tests=str(len(groups)),
        failures=str(len(failing)),
        errors="0",
    )
    for table, findings in sorted(groups.items()):
        notes = [
            f"accepted: {_line(each.finding)} ({each.reason})"
            for each in report.accepted
            if each.finding.table == table or (not table and each.finding.table not in groups)
        ]
        _case(suite, table or _PROJECT, findings, notes, threshold)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, "unicode")}\n'


def _case(
    suite: ElementTree.Element,
    name: str,
    findings: list[Finding],
    notes: list[str],
    threshold: Severity,
) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", classname="ash_scaffold.check", name=_text(name)
    )
    for finding in findings:
        if finding.severity.rank > threshold.rank:
            notes.append(_line(finding))
            continue
        failure = ElementTree.SubElement(
            case, "failure", type=finding.kind, message=_text(_line(finding))
        )
        parts = (finding.place, finding.todo, finding.command)
        failure.text = _text("\n".join(part for part in parts if part))
    if notes:
        ElementTree.SubElement(case, "system-out").text = _text("\n".join(notes))


def _line(finding: Finding) -> str:
    return f"{finding.severity.value}: {finding.kind}: {finding.what}"


def _text(text: str) -> str:
    return text.translate(_NOT_XML)
