"""Findings that the configuration accepts."""

from __future__ import annotations

from ash_scaffold.config.options import Accept
from ash_scaffold.problem import Severity
from ash_scaffold.verify.accept import with_accepted
from ash_scaffold.verify.finding import Finding, Kind


def finding(kind: Kind, column: str = "email", severity: Severity = Severity.ERROR) -> Finding:
    return Finding(kind=kind, severity=severity, table="users", column=column, what="x", todo="y")


def said(*findings: Finding, object_: str) -> list[tuple[str, str]]:
    entries = [Accept(object=object_, reason="we know")]
    return [(each.severity.value, each.todo) for each in with_accepted(findings, entries)]


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
