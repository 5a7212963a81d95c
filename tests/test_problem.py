"""The table of problems: what a row gives, and what the place of a problem adds."""

from __future__ import annotations

import re

import msgspec
import pytest

from ash_scaffold.problem import Code, Exit, Problem, Severity, fail


def test_a_problem_has_the_severity_and_the_help_of_its_row() -> None:
    assert Code.COLUMN_REMOVED.at("users.age", "Its attribute was removed.") == Problem(
        severity=Severity.NOTE,
        code=Code.COLUMN_REMOVED,
        where="users.age",
        what="Its attribute was removed.",
        todo="To have it back, write the attribute into the resource again: the rest follows.",
    )


def test_a_problem_may_have_a_severity_and_a_help_of_its_own() -> None:
    found = Code.COLUMN_REMOVED.at("x", "y", todo="", severity=Severity.ERROR)
    assert (found.severity, found.todo) == (Severity.ERROR, "")


def test_what_ends_a_run_is_an_error_whatever_its_row_says() -> None:
    error = fail(Code.TABLE_SKIPPED, "Nothing is left.", where="--table")
    assert error.exit_code is Exit.FAILED
    assert [(each.severity, each.where) for each in error.problems] == [(Severity.ERROR, "--table")]


@pytest.mark.parametrize("code", Code)
def test_a_code_is_written_as_its_value(code: Code) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert msgspec.json.encode(code) == f'"{code}"'.encode()
    assert msgspec.json.decode(f'"{code}"', type=Code) is code


def test_problems_of_one_file_stand_in_the_order_of_its_lines() -> None:
    places = ["b.sql:3", "a.sql:10", "a.sql:9", "a.sql", "users.email", "a.sql:2"]
    found = sorted((Code.DUMP_ERROR.at(place, "x") for place in places), key=Problem.sort_key)
    assert [each.where for each in found] == [
        "a.sql",
        "a.sql:2",
        "a.sql:9",
        "a.sql:10",
        "b.sql:3",
        "users.email",
    ]
