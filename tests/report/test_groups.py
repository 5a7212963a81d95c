"""Problems of one kind become one entry."""

from __future__ import annotations

import pytest

from ash_scaffold.problem import Code, Problem, Severity
from ash_scaffold.report.groups import Group, group_problems, pattern_of


def triggers(count: int, what: str = "The trigger changes a row.") -> list[Problem]:
    return [Code.TRIGGER.at(f"t{n}", what.replace("#", f"trigger_{n}")) for n in range(count)]


def only(problems: list[Problem]) -> Group:
    (group,) = group_problems(problems)
    return group


def test_a_single_problem_keeps_its_place_and_its_way_out() -> None:
    group = only(triggers(1))
    assert (group.places[0].where, group.what, group.todo) == (
        "t0",
        "The trigger changes a row.",
        Code.TRIGGER.help,
    )


def test_a_sentence_that_all_share_is_said_once() -> None:
    group = only(triggers(400))
    assert group.heading() == "400 times: The trigger changes a row."
    assert group.lines() == ("t0, t1, t2 and 397 more (-v shows them)", Code.TRIGGER.help)
    assert group.lines(every=True) == (*(f"t{n}" for n in range(400)), Code.TRIGGER.help)


def test_notes_that_differ_in_a_name_are_said_by_their_pattern() -> None:
    group = only(triggers(4, "The trigger # may change a row."))
    assert group.heading() == "4 times: The trigger … may change a row."
    assert group.lines()[0] == "t0, t1, t2 and 1 more (-v shows them)"
    assert group.lines(every=True)[3] == "t3: The trigger trigger_3 may change a row."


def test_warnings_that_differ_are_said_for_the_first_three_places() -> None:
    found = [
        Code.LEGACY_TABLE_MISSING.at(f"lib/{n}.ex:1", f"The database has no table {n}.")
        for n in range(28)
    ]
    group = only(found)
    assert group.heading() == "28 times, the first 3 here (-v shows all):"
    assert group.lines() == (
        *(f"lib/{n}.ex:1: The database has no table {n}." for n in range(3)),
        Code.LEGACY_TABLE_MISSING.help,
    )
    assert group.heading(every=True) == "28 times:"
    assert len(group.lines(every=True)) == 29


def test_advice_that_differs_is_one_line_and_each_with_every_place() -> None:
    found = [
        Code.NO_CREATE.at(f"t{n}", "It has no create action.", todo=f"Map it in [tables.t{n}] now.")
        for n in range(2)
    ]
    group = only(found)
    assert group.lines() == ("t0, t1", "Map it in [tables.…] now.")
    assert group.lines(every=True) == (
        "t0",
        "    Map it in [tables.t0] now.",
        "t1",
        "    Map it in [tables.t1] now.",
    )


def test_the_worst_come_first_and_the_order_is_kept_otherwise() -> None:
    found = [
        *triggers(2),
        Code.NO_CREATE.at("a", "It has no create action."),
        Code.UNKNOWN_OBJECT.at("b", "It was refused."),
        *triggers(1),
        Code.KEY_CHOSEN.at("a", "It has no key."),
    ]
    assert [(group.kind, len(group.places)) for group in group_problems(found)] == [
        ("unknown-object", 1),
        ("no-create", 1),
        ("trigger", 2),
        ("key-chosen", 1),
    ]


def test_severities_of_one_kind_stay_apart() -> None:
    found = [*triggers(2), Code.TRIGGER.at("x", "It is worse.", severity=Severity.WARNING)]
    assert [group.severity for group in group_problems(found)] == [Severity.WARNING, Severity.NOTE]


@pytest.mark.parametrize("code", [Code.CONFLICT, Code.RENAME_UNCLEAR])
def test_decisions_are_never_put_together(code: Code) -> None:
    found = [code.at(f"t{n}", "Decide.", todo="Choose one.") for n in range(9)]
    assert len(group_problems(found)) == 9


def test_errors_are_together_only_with_the_same_way_out() -> None:
    found = [Code.DUMP_ERROR.at(f"line {n}", "Refused.", todo=f"Do {n % 2}.") for n in range(8)]
    assert [len(group.places) for group in group_problems(found)] == [4, 4]


def test_what_a_database_behind_its_migrations_lacks_is_one_entry() -> None:
    found = [
        Code.DATABASE_BEHIND.at("", "The dump lacks 94 migrations.", todo="Run mix ecto.migrate."),
        *(Code.LEGACY_TABLE_MISSING.at(f"lib/{n}.ex:1", f"No table {n}.") for n in range(28)),
        *(Code.LEGACY_FIELD_WITHOUT_COLUMN.at(f"lib/{n}.ex:2", f"No {n}.") for n in range(36)),
    ]
    group = only(found)
    assert (group.what, group.todo) == (
        "The dump lacks 94 migrations. 28 tables and 36 columns that Ecto schemas name are missing "
        "(-v shows them).",
        "Run mix ecto.migrate.",
    )
    assert [len(each.places) for each in group_problems(found, every=True)] == [1, 28, 36]
    assert [len(each.places) for each in group_problems(found[1:])] == [28, 36]
    one = only(found[:2])
    assert one.what.endswith(" 1 table that Ecto schemas name is missing (-v shows them).")


def test_a_group_has_every_problem() -> None:
    found = [*triggers(7), *triggers(5, "The trigger # does it.")]
    assert sum(len(group.places) for group in group_problems(found)) == 12


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        (["Same."], "Same."),
        (["Add app.users to it now.", "Add app.posts to it now."], "Add app.… to it now."),
        (["Add a b to the list of it.", "Add c to the list of it."], "Add … to the list of it."),
        (["Add it.", "Leave that."], ""),
        (["", "Leave that."], ""),
        (["It has no key; the a serves.", "It has no key; the key of its schema serves: b."], ""),
        (["Take a b c out of it.", "Take d e f out of it."], "Take … out of it."),
    ],
)
def test_a_pattern_has_gaps_for_the_words_that_differ(texts: list[str], pattern: str) -> None:
    assert pattern_of(texts) == pattern
