"""The report of `verify`: its kinds of findings, and its parts of each output format."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from ash_scaffold.config.options import Accept
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding, Report, split_accepted
from ash_scaffold.report.formats import Case, as_junit, document, objects

_KEYS = {
    "kind": "kind",
    "severity": "severity",
    "resource": "module",
    "table": "table",
    "column": "object",
    "what": "what",
    "todo": "todo",
}


class Kind(StrEnum):
    """Every kind of finding. The value is what users see and may search for."""

    TABLE = "table"
    MIGRATE = "migrate"
    REPO = "repo"
    SOURCE = "source"
    TENANT = "tenant"
    COLUMN = "column"
    TYPE = "type"
    CONSTRAINTS = "constraints"
    ENUM_LABEL = "enum-label"
    NULLABLE = "nullable"
    DEFAULT = "default"
    GENERATED = "generated"
    WRITABLE = "writable"
    PRIMARY_KEY = "primary-key"
    RELATIONSHIP = "relationship"
    IDENTITY = "identity"
    CONSTRAINT_NAME = "constraint-name"
    RESERVED_NAME = "reserved-name"
    EXTENSION = "extension"
    SERVER_VERSION = "server-version"
    COMPILE_WARNING = "compile-warning"
    CODEGEN = "codegen"
    LISTED_VALUE = "listed-value"
    ROW_LOAD = "row-load"
    ROW_VALUE = "row-value"
    ROW_COUNT = "row-count"
    OTHER_TENANT = "other-tenant"
    WRITE_BACK = "write-back"
    VIOLATION = "violation"
    NOT_CHECKED = "not-checked"


# The options that a kind of finding is about, as `[[accept]]` names them.
_OPTIONS = {
    Kind.TYPE: "type",
    Kind.NULLABLE: "allow_nil?",
    Kind.SOURCE: "source",
    Kind.CONSTRAINTS: "constraints",
    Kind.GENERATED: "generated?",
    Kind.WRITABLE: "writable?",
    Kind.DEFAULT: "default",
}


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A resource that was looked at: how many rows, values and written rows."""

    resource: str
    table: str
    rows: int = 0
    values: int = 0
    written: int = 0
    violations: int = 0


class VerifyReport(Report, frozen=True, kw_only=True):
    """The outcome of `verify`: the versions of the project, and every resource that was asked."""

    ash: str
    ash_postgres: str
    checked: tuple[Checked, ...]

    @property
    def clean(self) -> bool:
        """Whether there is nothing but notes."""
        return not self.fails(Severity.WARNING)


def with_accepted(findings: Iterable[Finding], entries: Iterable[Accept]) -> list[Finding]:
    """Return the findings, those that an entry accepts as notes with its reason."""
    named = (
        msgspec.structs.replace(each, accept=each.accept or accept_subject(each))
        for each in findings
    )
    left, accepted = split_accepted(named, entries)
    return [
        *left,
        *(
            msgspec.structs.replace(
                each.finding, severity=Severity.NOTE, todo=f"Accepted: {each.reason}"
            )
            for each in accepted
        ),
    ]


def accept_subject(finding: Finding) -> tuple[str, ...]:
    """Return the names by which `[[accept]]` may mean a finding about a column or a table."""
    option = _OPTIONS.get(Kind(finding.kind)) if finding.object else None
    subject = finding.subject
    return (subject,) if option is None else (f"{subject}.{option}", subject)


def verify_document(report: VerifyReport) -> dict[str, object]:
    """Return the JSON document as builtins."""
    return document(
        source=report.source,
        ash=report.ash,
        ash_postgres=report.ash_postgres,
        clean=report.clean,
        resources=report.checked,
        findings=objects(report.findings, _KEYS),
        problems=report.problems,
    )


def verify_junit(report: VerifyReport) -> str:
    """Return JUnit XML: a test case for the project as a whole, and one for each resource."""
    by_resource: dict[str, list[Finding]] = {checked.resource: [] for checked in report.checked}
    tables = {checked.table: checked.resource for checked in report.checked}
    project: list[Finding] = []
    for finding in report.findings:
        name = finding.module or tables.get(finding.table, "")
        by_resource.get(name, project).append(finding)
    cases = [
        Case(name=name, findings=tuple(findings))
        for name, findings in (("project", project), *by_resource.items())
    ]
    return as_junit(
        "verify",
        cases,
        Severity.WARNING,
        line=lambda finding: f"{finding.subject}: {finding.what}",
        details=lambda finding: finding.todo,
    )
