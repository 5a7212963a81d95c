"""A report as JUnit XML."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.etree import ElementTree

import msgspec

from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding

# XML 1.0 can't hold these characters at all.
_NOT_XML = {
    code: f"\\u{{{code:x}}}"
    for code in (*range(32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
    if code not in (9, 10, 13)
}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A test case: its findings, and further lines of its `system-out`."""

    name: str
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def as_junit(
    command: str,
    cases: Iterable[Case],
    threshold: Severity,
    line: Callable[[Finding], str],
    details: Callable[[Finding], str],
) -> str:
    """Return the XML of one suite.

    A finding as bad as the threshold is a failure with `line` as its message and `details` as its
    text; any other is a line of `system-out`.
    """
    cases = list(cases)
    failing = sum(f.severity.rank <= threshold.rank for case in cases for f in case.findings)
    suite = ElementTree.Element(
        "testsuite",
        name=f"ash-scaffold {command}",
        tests=str(len(cases)),
        failures=str(failing),
        errors="0",
    )
    for case in cases:
        element = ElementTree.SubElement(
            suite, "testcase", classname=f"ash_scaffold.{command}", name=_text(case.name)
        )
        notes = [*case.notes]
        for finding in case.findings:
            if finding.severity.rank > threshold.rank:
                notes.append(line(finding))
                continue
            failure = ElementTree.SubElement(
                element, "failure", type=finding.kind, message=_text(line(finding))
            )
            failure.text = _text(details(finding))
        if notes:
            ElementTree.SubElement(element, "system-out").text = _text("\n".join(notes))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, "unicode")}\n'


def _text(text: str) -> str:
    return text.translate(_NOT_XML)
