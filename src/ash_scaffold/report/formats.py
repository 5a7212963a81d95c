"""The output formats of reports: text, JSON, annotations of GitHub Actions, JUnit XML.

`docs/topics/check.md` describes the JSON document of `check`. Annotations are workflow
commands; their form, and what has to be escaped, is GitHub's ("Workflow commands for GitHub
Actions").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, takewhile

import msgspec

from ash_scaffold.counted import counted
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import DRIFT_WORDS, Accepted, Finding, Report
from ash_scaffold.report.groups import Place, group_of

_PROJECT = "The project"
_MANY = 20
_PAD = " " * 11


def as_text(report: Report, *, every: bool = False) -> str:
    """Return the text, empty for a clean report; names in it are as the database has them.

    Findings are by table. Of many those of one kind are together, the worst first, and only the
    first places of each are named unless `every` is set.
    """
    many = len(report.findings) > _MANY and not every
    groups = _kinds(report.findings) if many else _tables(report.findings)
    lines = [*groups, *_accepted(report.accepted)]
    if report.findings or report.accepted:
        lines.append(_summary(report))
    return "".join(line.replace("\n", "\\n") + "\n" for line in lines)


def _kinds(findings: Sequence[Finding]) -> Iterator[str]:
    kinds: dict[tuple[Severity, str, str], list[Finding]] = {}
    for finding in findings:
        kinds.setdefault((finding.severity, finding.source, finding.kind), []).append(finding)
    for (severity, _, kind), found in sorted(kinds.items(), key=lambda item: item[0][0].rank):
        if len(found) == 1:
            yield from _finding_lines(found[0], found[0].subject or _PROJECT)
        else:
            places = [
                Place(where=each.subject or each.place or _PROJECT, what=each.what, todo=each.todo)
                for each in found
            ]
            group = group_of(severity, kind, places)
            yield f"  {DRIFT_WORDS[severity]:<7}  {kind}: {group.heading()}"
            yield from (f"{_PAD}{line}" for line in group.lines())
        command = _command([each.command for each in found if each.command])
        if command:
            yield f"{_PAD}fix it:  {command}"
    yield ""


def _command(commands: Sequence[str]) -> str:
    """Return the command that does what all of them do: where they differ, for every table."""
    if len(set(commands)) < 2:
        return commands[0] if commands else ""
    words = [command.split(" ") for command in commands]
    common = list(takewhile(lambda each: len(set(each)) == 1, zip(*words, strict=False)))
    head = [each[0] for each in common]
    return " ".join(head[:-1] if head and head[-1] == "--table" else head)


def _tables(findings: Sequence[Finding]) -> Iterator[str]:
    for table, found in groupby(findings, key=lambda finding: finding.table):
        group = list(found)
        yield table or _PROJECT
        for finding in group:
            yield from _finding_lines(finding)
        commands = dict.fromkeys(each.command for each in group if each.command)
        for command in commands:
            yield f"  fix it:  {command}"
        yield ""


def _finding_lines(finding: Finding, subject: str = "") -> Iterator[str]:
    what = f"{subject}: {finding.what}" if subject else finding.what
    yield f"  {DRIFT_WORDS[finding.severity]:<7}  {finding.kind}: {what}"
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
    severities = [
        f"{report.count(severity)} {word}"
        for severity, word in DRIFT_WORDS.items()
        if report.count(severity)
    ]
    number = len(report.findings)
    text = counted(number, "finding")
    text += f": {', '.join(severities)}" if severities else ""
    return text + (f"; {len(report.accepted)} accepted." if report.accepted else ".")


VERSION = 1


def document(**parts: object) -> dict[str, object]:
    """Return a versioned document of the parts, in their order, as builtins."""
    return {"version": VERSION, **{name: msgspec.to_builtins(part) for name, part in parts.items()}}


def objects(
    items: Iterable[msgspec.Struct], keys: Mapping[str, str], words: Mapping[Severity, str] = {}
) -> list[dict[str, object]]:
    """Return each item as an object: key → name of its field, in the order of `keys`.

    `words` replaces the severities' own.
    """
    return [
        {key: _value(getattr(item, field), words) for key, field in keys.items()} for item in items
    ]


def _value(value: object, words: Mapping[Severity, str]) -> object:
    if isinstance(value, Severity):
        return words.get(value, value.value)
    return msgspec.to_builtins(value)


_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def as_annotations(report: Report, prefix: str = "") -> str:
    """Return one line for each finding, nothing for a clean report.

    `prefix` is the project's folder in the repository, with a `/` at its end, "" for its root.
    """
    return "".join(f"{_annotation(finding, prefix)}\n" for finding in report.findings)


def _annotation(finding: Finding, prefix: str) -> str:
    properties = []
    if finding.path:
        properties.append(f"file={_escaped_property(prefix + finding.path)}")
    if finding.path and finding.line is not None:
        properties.append(f"line={finding.line}")
    title = f"{finding.table}: {finding.kind}" if finding.table else finding.kind
    properties.append(f"title={_escaped_property(title)}")
    text = "\n".join(part for part in (finding.what, finding.todo, finding.command) if part)
    return f"::{_LEVELS[finding.severity]} {','.join(properties)}::{_escaped(text)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


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
    from xml.etree import ElementTree

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
            suite, "testcase", classname=f"ash_scaffold.{command}", name=_xml_text(case.name)
        )
        notes = [*case.notes]
        for finding in case.findings:
            if finding.severity.rank > threshold.rank:
                notes.append(line(finding))
                continue
            failure = ElementTree.SubElement(
                element, "failure", type=finding.kind, message=_xml_text(line(finding))
            )
            failure.text = _xml_text(details(finding))
        if notes:
            ElementTree.SubElement(element, "system-out").text = _xml_text("\n".join(notes))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, "unicode")}\n'


def _xml_text(text: str) -> str:
    return text.translate(_NOT_XML)
