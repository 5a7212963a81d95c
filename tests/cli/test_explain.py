"""What `ash-scaffold explain` says, and when other commands point to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from ash_scaffold.cli.output import print_problems
from ash_scaffold.explanations import EXPLANATIONS, groups
from ash_scaffold.problem import Code, Problem


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]

SAID = """type-per-tenant (note)

The type is made in the schema of each tenant, where no SQL of Ash can name it. It is read and \
written; a filter by a value fails.

What to do: Nothing where no action filters by it; else make one type in public for all tenants.

Said by: resources, actions
"""


@pytest.mark.parametrize("word", ["type-per-tenant", "[type-per-tenant]", "TYPE-PER-TENANT"])
def test_it_says_what_a_code_means_and_what_to_do(run: Run, word: str) -> None:
    done = run("explain", word)
    assert (done.code, done.out, done.err) == (0, SAID, "")


def test_the_lines_that_show_the_cure_are_set_apart(run: Run) -> None:
    done = run("explain", "column-excluded")
    assert "\n\n    [tables.users.columns.legacy_blob]\n    exclude = true\n\nSaid by" in done.out


def test_without_a_code_it_lists_all(run: Run) -> None:
    done = run("explain")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    for title, codes in groups():
        rows = lines[lines.index(title) + 3 :][: len(codes)]
        assert [row.split()[:2] for row in rows] == [[code, code.severity] for code in codes]
    assert lines[-1] == "`ash-scaffold explain CODE` says more of one."


def test_as_json_it_has_all_that_is_known(run: Run) -> None:
    every = json.loads(run("explain", "--json").out)
    assert [each["code"] for each in every["codes"]] == list(EXPLANATIONS)
    [one] = json.loads(run("explain", "--json", "no-create").out)["codes"]
    assert one in every["codes"]
    assert one == {
        "code": "no-create",
        "severity": "warning",
        "group": "Tables, keys and relationships",
        "cause": EXPLANATIONS[Code.NO_CREATE].cause,
        "cure": EXPLANATIONS[Code.NO_CREATE].cure,
        "example": "",
        "language": "",
        "commands": ["resources", "actions"],
    }


@pytest.mark.parametrize(
    ("word", "todo"),
    [
        ("colum-excluded", "Did you mean column-excluded or column-removed?"),
        ("xyzzy", "`ash-scaffold explain` shows all codes."),
    ],
)
def test_an_unknown_code_ends_with_the_nearest(run: Run, word: str, todo: str) -> None:
    done = run("explain", word)
    assert (done.code, done.out, done.err) == (
        2,
        "",
        f"error [unknown-name] {word}: No problem has that code.\n    {todo}\n",
    )


def test_it_needs_no_project(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("explain", "trigger").code == 0


TRIGGER = Code.TRIGGER.at("users", "The trigger t may change a row.", todo="")


@pytest.mark.parametrize(
    ("problems", "last"),
    [
        ([], None),
        ([TRIGGER], "`ash-scaffold explain trigger` says more."),
        ([TRIGGER, TRIGGER], "`ash-scaffold explain trigger` says more."),
        (
            [TRIGGER, Code.NO_CREATE.at("users", "It has no create action.")],
            "`ash-scaffold explain CODE` says more of each.",
        ),
        ([Code.USAGE.at("", "Two of them.")], "error [usage] Two of them."),
        (
            [Code.USAGE.at("", "Two of them."), TRIGGER],
            "`ash-scaffold explain trigger` says more.",
        ),
    ],
)
def test_printed_problems_end_with_a_line_that_points_to_it(
    capsys: pytest.CaptureFixture[str], problems: list[Problem], last: str | None
) -> None:
    print_problems(problems)
    printed = capsys.readouterr().err
    assert printed.splitlines()[-1:] == ([] if last is None else [last])
    assert printed.count("explain") <= 1


def test_it_is_not_pointed_to_where_only_errors_are_wanted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_problems([Code.CONFLICT.at("a.ex", "It was edited.", todo="")], quiet=True)
    assert capsys.readouterr().err == "error [conflict] a.ex: It was edited.\n"
