"""A report as JSON and as JUnit XML, and the findings that the configuration accepts."""

from __future__ import annotations

from xml.etree import ElementTree

from ash_scaffold.config.options import Accept
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding
from ash_scaffold.verify.report import (
    Checked,
    Kind,
    VerifyReport,
    verify_document,
    verify_junit,
    with_accepted,
)

REPORT = VerifyReport(
    source="me@localhost/shop",
    ash="3.32.0",
    ash_postgres="2.12.0",
    checked=(
        Checked(resource="Shop.Order", table="orders", rows=3, values=21),
        Checked(resource="Shop.Customer", table="customers"),
    ),
    findings=(
        Finding(
            kind=Kind.TYPE,
            severity=Severity.ERROR,
            module="Shop.Order",
            table="orders",
            object="total",
            what="It is <wrong> \x01.",
            todo="Correct it.",
        ),
        Finding(
            kind=Kind.LISTED_VALUE,
            severity=Severity.NOTE,
            table="customers",
            object="rating",
            what="1 row: NaN.",
        ),
        Finding(kind=Kind.CODEGEN, severity=Severity.ERROR, what="It would not pass."),
    ),
)


def test_junit_has_a_case_for_each_resource_and_one_for_the_project() -> None:
    assert verify_junit(REPORT) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<testsuites>\n"
        '  <testsuite name="ash-scaffold verify" tests="3" failures="2" errors="0">\n'
        '    <testcase classname="ash_scaffold.verify" name="project">\n'
        '      <failure type="codegen" message=": It would not pass." />\n'
        "    </testcase>\n"
        '    <testcase classname="ash_scaffold.verify" name="Shop.Order">\n'
        '      <failure type="type" message="orders.total: It is &lt;wrong&gt; \\u{1}.">Correct it.'
        "</failure>\n"
        "    </testcase>\n"
        '    <testcase classname="ash_scaffold.verify" name="Shop.Customer">\n'
        "      <system-out>customers.rating: 1 row: NaN.</system-out>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )
    ElementTree.fromstring(verify_junit(REPORT))


def test_json_is_versioned_and_whole() -> None:
    document = verify_document(REPORT)
    assert list(document) == [
        "version",
        "source",
        "ash",
        "ash_postgres",
        "clean",
        "resources",
        "findings",
        "problems",
    ]
    assert (document["version"], document["clean"]) == (1, False)
    assert document["findings"][0] == {  # type: ignore[index]
        "kind": "type",
        "severity": "error",
        "resource": "Shop.Order",
        "table": "orders",
        "column": "total",
        "what": "It is <wrong> \x01.",
        "todo": "Correct it.",
    }


def test_notes_alone_are_clean() -> None:
    notes = tuple(f for f in REPORT.findings if f.severity is Severity.NOTE)
    report = VerifyReport(
        source="", ash="", ash_postgres="", checked=REPORT.checked, findings=notes
    )
    assert report.clean


def test_junit_holds_no_character_that_xml_refuses() -> None:
    finding = Finding(kind=Kind.CODEGEN, severity=Severity.ERROR, what="\ud800 and \uffff")
    report = VerifyReport(source="", ash="", ash_postgres="", checked=(), findings=(finding,))
    text = verify_junit(report)
    assert "\\u{d800} and \\u{ffff}" in text
    ElementTree.fromstring(text.encode())


def finding(kind: Kind, column: str = "email", severity: Severity = Severity.ERROR) -> Finding:
    return Finding(kind=kind, severity=severity, table="users", object=column, what="x", todo="y")


def said(*findings: Finding, object_: str) -> list[tuple[str, str]]:
    entries = [Accept(object=object_, reason="we know")]
    found = {(each.kind, each.object): each for each in with_accepted(findings, entries)}
    told = [found[each.kind, each.object] for each in findings]
    return [(each.severity.value, each.todo) for each in told]


def test_an_option_is_accepted_and_nothing_else_of_the_column() -> None:
    both = (finding(Kind.TYPE), finding(Kind.NULLABLE))
    assert said(*both, object_="users.email.type") == [
        ("note", "Accepted: we know"),
        ("error", "y"),
    ]


def test_a_column_is_accepted_whole() -> None:
    both = (finding(Kind.TYPE), finding(Kind.NULLABLE), finding(Kind.TYPE, "name"))
    assert said(*both, object_="users.email") == [
        ("note", "Accepted: we know"),
        ("note", "Accepted: we know"),
        ("error", "y"),
    ]


def test_a_table_is_accepted_for_what_is_about_it_as_a_whole() -> None:
    both = (finding(Kind.TABLE, ""), finding(Kind.TYPE))
    assert said(*both, object_="users") == [("note", "Accepted: we know"), ("error", "y")]
