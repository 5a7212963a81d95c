"""A report as JSON and as JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree

from ash_scaffold.problem import Severity
from ash_scaffold.verify.finding import Checked, Finding, Kind, Report
from ash_scaffold.verify.report import as_document, as_junit

REPORT = Report(
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
            resource="Shop.Order",
            table="orders",
            column="total",
            what="It is <wrong> \x01.",
            todo="Mend it.",
        ),
        Finding(
            kind=Kind.LISTED_VALUE,
            severity=Severity.NOTE,
            table="customers",
            column="rating",
            what="1 row: NaN.",
        ),
        Finding(kind=Kind.CODEGEN, severity=Severity.ERROR, what="It would not pass."),
    ),
)


def test_junit_has_a_case_for_each_resource_and_one_for_the_project() -> None:
    assert as_junit(REPORT) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<testsuites>\n"
        '  <testsuite name="ash-scaffold verify" tests="3" failures="2">\n'
        '    <testcase classname="ash_scaffold.verify" name="project">\n'
        '      <failure type="codegen" message=": It would not pass." />\n'
        "    </testcase>\n"
        '    <testcase classname="ash_scaffold.verify" name="Shop.Order">\n'
        '      <failure type="type" message="orders.total: It is &lt;wrong&gt; \\x01.">Mend it.'
        "</failure>\n"
        "    </testcase>\n"
        '    <testcase classname="ash_scaffold.verify" name="Shop.Customer">\n'
        "      <system-out>customers.rating: 1 row: NaN.</system-out>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )
    ElementTree.fromstring(as_junit(REPORT))


def test_json_is_versioned_and_whole() -> None:
    document = as_document(REPORT)
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
        "todo": "Mend it.",
    }


def test_notes_alone_are_clean() -> None:
    notes = tuple(f for f in REPORT.findings if f.severity is Severity.NOTE)
    report = Report(source="", ash="", ash_postgres="", checked=REPORT.checked, findings=notes)
    assert report.clean
