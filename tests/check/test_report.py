"""The same report in every form."""

from __future__ import annotations

from xml.etree import ElementTree

import msgspec

from ash_scaffold.check.hand_over import HandOver, LegacyCall, LegacyUser
from ash_scaffold.check.report import (
    CheckReport,
    NotBegun,
    Source,
    check_document,
    check_junit,
    check_text,
)
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Accepted, Finding
from ash_scaffold.report.formats import as_annotations

ADDED = Finding(
    severity=Severity.ERROR,
    source=Source.SCHEMA,
    kind="column added",
    table="users",
    object="age",
    module="App.Accounts.User",
    path="lib/app/accounts/user.ex",
    line=3,
    what="users.age added: integer, not null",
    command="ash-scaffold resources --table users",
    accept=("users.age",),
)
TEXT = Finding(
    severity=Severity.NOTE,
    source=Source.CODE,
    kind="text",
    what="100% of\nApp.Core, and more",
    todo="Do it:\nnow.",
    path="lib/a,b:c.ex",
)
LABEL = Finding(
    severity=Severity.WARNING, source=Source.CODE, kind="x", table="users", what="bell \x07"
)
OLD = Accepted(finding=LABEL, object="users.x", reason="since 2019")
USERS = HandOver(
    table="users",
    module="App.Accounts.User",
    owned_by_ash=False,
    calls=(LegacyCall("token", "App.Token.make/1", "lib/user.ex", 9),),
    legacy=tuple(LegacyUser(f"App.L{n}", "context", "lib/l.ex", n) for n in range(1, 6)),
)
FREE = HandOver(table="tickets", module="App.Ticket", owned_by_ash=True)
FULL = CheckReport(
    source="dump.sql",
    tables=2,
    not_begun=(NotBegun(domain="App.Later", tables=("tags",)),),
    findings=(TEXT, ADDED),
    accepted=(OLD,),
    hand_over=(USERS, FREE),
)
CLEAN = CheckReport(source="dump.sql", tables=2, findings=())


def test_text() -> None:
    assert (
        check_text(FULL)
        == """The project
  stale    text: 100% of\\nApp.Core, and more
           lib/a,b:c.ex
           Do it:
           now.

users
  breaks   column added: users.age added: integer, not null
           lib/app/accounts/user.ex:3
  fix it:  ash-scaffold resources --table users

Accepted
  users.x: x. since 2019

2 findings: 1 breaks, 1 stale; 1 accepted.
Legacy code still refers to
  users: App.L1, App.L2, App.L3 and 2 more
Resources still call legacy code
  users: token App.Token.make/1
Only Ash refers to
  tickets (owned_by_ash)
"""
    )


def many(count: int) -> CheckReport:
    """A report of one stale text and of a column that each of many tables got."""
    added = tuple(
        Finding(
            severity=Severity.ERROR,
            source=Source.SCHEMA,
            kind="column added",
            table=f"t{number:02}",
            object="age",
            what=f"t{number:02}.age added: integer",
            command=f"ash-scaffold resources --dump 'a b.sql' --table t{number:02}",
        )
        for number in range(count)
    )
    return CheckReport(source="dump.sql", tables=count, findings=(TEXT, *added))


def test_many_findings_are_together_by_kind_the_worst_first() -> None:
    assert (
        check_text(many(94))
        == """  breaks   column added: 94 times, the first 3 here (-v shows all):
           t00.age added: integer
           t01.age added: integer
           t02.age added: integer
           fix it:  ash-scaffold resources --dump 'a b.sql'
  stale    text: The project: 100% of\\nApp.Core, and more
           lib/a,b:c.ex
           Do it:
           now.

95 findings: 94 breaks, 1 stale.
"""
    )


def test_on_demand_and_where_they_are_few_findings_are_by_table() -> None:
    assert check_text(many(94), every=True).count("fix it:  ash-scaffold") == 94
    assert check_text(many(19)).count("fix it:  ash-scaffold") == 19


def test_formats_for_machines_have_every_finding() -> None:
    report = many(94)
    findings = check_document(report, Severity.NOTE)["findings"]
    assert isinstance(findings, list)
    assert len(findings) == 95
    assert len(as_annotations(report).splitlines()) == 95
    assert check_junit(report, Severity.NOTE).count("<failure ") == 95


def test_a_clean_report_is_quiet() -> None:
    assert (check_text(CLEAN), as_annotations(CLEAN)) == ("", "")


def test_json() -> None:
    document = msgspec.json.decode(msgspec.json.encode(check_document(FULL, Severity.ERROR)))
    assert document == {
        "version": 1,
        "source": "dump.sql",
        "fail_on": "breaks",
        "clean": False,
        "tables": 2,
        "not_begun": [{"domain": "App.Later", "tables": ["tags"]}],
        "counts": {"breaks": 1, "differs": 0, "stale": 1},
        "findings": [
            {
                "severity": "stale",
                "source": "code",
                "kind": "text",
                "table": "",
                "object": "",
                "module": "",
                "path": "lib/a,b:c.ex",
                "line": None,
                "what": "100% of\nApp.Core, and more",
                "todo": "Do it:\nnow.",
                "command": "",
                "accept": [],
            },
            {
                "severity": "breaks",
                "source": "schema",
                "kind": "column added",
                "table": "users",
                "object": "age",
                "module": "App.Accounts.User",
                "path": "lib/app/accounts/user.ex",
                "line": 3,
                "what": "users.age added: integer, not null",
                "todo": "",
                "command": "ash-scaffold resources --table users",
                "accept": ["users.age"],
            },
        ],
        "accepted": [
            {
                "object": "users.x",
                "reason": "since 2019",
                "finding": {
                    "severity": "differs",
                    "source": "code",
                    "kind": "x",
                    "table": "users",
                    "object": "",
                    "module": "",
                    "path": "",
                    "line": None,
                    "what": "bell \x07",
                    "todo": "",
                    "command": "",
                    "accept": [],
                },
            }
        ],
        "hand_over": [
            {
                "table": "users",
                "module": "App.Accounts.User",
                "owned_by_ash": False,
                "legacy": [
                    {"module": f"App.L{n}", "kind": "context", "path": "lib/l.ex", "line": n}
                    for n in range(1, 6)
                ],
                "calls": [
                    {
                        "attribute": "token",
                        "function": "App.Token.make/1",
                        "path": "lib/user.ex",
                        "line": 9,
                    }
                ],
            },
            {
                "table": "tickets",
                "module": "App.Ticket",
                "owned_by_ash": True,
                "legacy": [],
                "calls": [],
            },
        ],
        "problems": [],
        "timings": {},
    }


def test_annotations_escape_what_github_would_read() -> None:
    assert as_annotations(FULL, "apps/shop/") == (
        "::notice file=apps/shop/lib/a%2Cb%3Ac.ex,title=text"
        "::100%25 of%0AApp.Core, and more%0ADo it:%0Anow.\n"
        "::error file=apps/shop/lib/app/accounts/user.ex,line=3,title=users%3A column added"
        "::users.age added: integer, not null%0Aash-scaffold resources --table users\n"
    )


def test_junit() -> None:
    suite = ElementTree.fromstring(check_junit(FULL, Severity.ERROR)).find("testsuite")
    assert suite is not None
    assert suite.attrib == {
        "name": "ash-scaffold check",
        "tests": "2",
        "failures": "1",
        "errors": "0",
    }
    cases = {
        case.attrib["name"]: [(part.tag, part.attrib, part.text) for part in case] for case in suite
    }
    assert cases == {
        "project": [("system-out", {}, "stale: text: 100% of\nApp.Core, and more")],
        "users": [
            (
                "failure",
                {
                    "type": "column added",
                    "message": "breaks: column added: users.age added: integer, not null",
                },
                "lib/app/accounts/user.ex:3\nash-scaffold resources --table users",
            ),
            ("system-out", {}, "accepted: differs: x: bell \\u{7} (since 2019)"),
        ],
    }


def test_the_threshold_decides_what_fails() -> None:
    differs = CheckReport(source="", tables=0, findings=(LABEL,))
    assert [differs.fails(each) for each in Severity] == [True, True, False]
    assert not CLEAN.fails(Severity.NOTE)
