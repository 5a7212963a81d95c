"""What real Ash answered for actions and their changeset functions, without and with a fault."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from tests.verify.behaviour.club import ACTIONS, MUTANTS, name_of
from tests.verify.recording import RECORDED, events

from ash_scaffold.ash.changesets import Parameter, ParameterRole
from ash_scaffold.config.options import BehaviourConfig
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Severity
from ash_scaffold.project.snapshot import CarriedOver
from ash_scaffold.verify.answers import BehaviourAnswer
from ash_scaffold.verify.behaviour import Subject, asked, behaviour_junit, reported
from ash_scaffold.verify.script import Argument

ROOT = "/club"
_FAULTLESS = [name_of(text) for text in ACTIONS]


@cache
def answers() -> dict[str, list[BehaviourAnswer]]:
    """The answers of each action, one for each mode."""
    found: dict[str, list[BehaviourAnswer]] = defaultdict(list)
    for event in events("mutants"):
        if isinstance(event, BehaviourAnswer):
            found[event.action].append(event)
    return found


def differences(action: str) -> set[tuple[str, tuple[str, ...]]]:
    """The kind and the fields of each difference that matters."""
    report = reported(answers()[action], ROOT)
    severities = {(finding.object, finding.kind): finding.severity for finding in report.findings}
    return {
        (each.kind.value, each.fields)
        for each in report.differences
        if severities["+".join(filter(None, each.fields)), each.kind] is not Severity.NOTE
    }


@pytest.mark.parametrize("action", _FAULTLESS)
def test_a_faultless_action_agrees(action: str) -> None:
    assert differences(action) == set()
    assert [each.mode for each in answers()[action]] == ["form", "json"]
    assert all(each.inputs == 200 and each.accepted > 10 for each in answers()[action])


def test_there_are_forty_faults() -> None:
    assert len(MUTANTS) >= 40


@pytest.mark.parametrize("number", range(len(MUTANTS)))
def test_a_fault_that_was_planted_is_found(number: int) -> None:
    assert differences(f"{name_of(MUTANTS[number][0])}_{number}")


def test_a_crash_of_the_function_is_a_kind_of_its_own() -> None:
    report = reported(answers()["profile"], ROOT)
    assert [(each.severity.value, each.kind, each.what) for each in report.findings] == [
        ("note", "legacy-raises", "the function raises, the action does not")
    ]
    assert report.findings[0].todo == (
        'input (json): %{"role" => nil}\n'
        "starts from: id: 2\n"
        "function: raised Postgrex.Error\n"
        "action: role: is required\n"
        "Legacy.Member.profile_changeset/2 in lib/legacy.ex:34, the action in "
        "lib/app/club/member/actions.ex:26"
    )
    assert report.clean


def test_a_difference_is_as_small_as_it_gets() -> None:
    (number,) = [n for n, (_, _, new) in enumerate(MUTANTS) if new == "[max: 61]"]
    (difference,) = reported(answers()[f"registration_{number}"], ROOT).differences
    assert (difference.kind, difference.fields) == ("fields", ("email",))
    assert difference.modes == ("form", "json")
    assert difference.input == '%{"email" => String.duplicate("a", 61)}'


def test_no_secret_is_in_the_answers() -> None:
    text = (RECORDED / "mutants.jsonl").read_text()
    assert '\\"password\\" => ***' in text
    for line in text.splitlines():
        for group in json.loads(line).get("groups", ()):
            assert '"password" => "' not in group["input"].replace('"password" => ""', "")
            assert "Correct-Horse" not in json.dumps(group)


def test_junit_has_a_case_for_each_action() -> None:
    text = behaviour_junit(reported([*answers()["state"], *answers()["registration_0"]], ROOT))
    assert 'tests="2" failures="1"' in text
    assert 'name="members.registration_0"' in text
    assert "form: 200 of 200 inputs agree, seed 1" in text


def carried(*others: tuple[str, str | None]) -> CarriedOver:
    parameters = [
        Parameter(name="user", role=ParameterRole.STRUCT),
        Parameter(name="attrs", role=ParameterRole.ATTRIBUTES),
        *(Parameter(name=name, default=default) for name, default in others),
    ]
    return CarriedOver(
        action="create",
        kind="create",
        module="App.User",
        function="changeset",
        arity=len(parameters),
        parameters=tuple(parameters),
        digest="",
    )


@pytest.mark.parametrize(
    ("others", "given", "expected"),
    [
        ([("opts", "[]")], {}, []),
        ([("opts", "[]")], {"opts": "[a: 1]"}, [("opts", "[a: 1]")]),
        ([("owner", None)], {}, [("owner", None)]),
        ([("first", "1"), ("second", "2")], {"first": "3"}, [("first", "3")]),
        ([("first", "1"), ("second", "2")], {"second": "3"}, [("first", "1"), ("second", "3")]),
    ],
)
def test_defaults_are_left_to_the_function(
    others: list[tuple[str, str | None]],
    given: dict[str, str],
    expected: list[tuple[str, str | None]],
) -> None:
    subject = Subject(
        resource="App.Accounts.User",
        table=Name("public", "users"),
        action="create",
        carried=carried(*others),
        config=BehaviourConfig(arguments=given),
    )
    assert asked(subject).call == (
        Argument("struct", "user", None),
        Argument("attributes", "attrs", None),
        *(Argument("other", name, value) for name, value in expected),
    )


def test_the_recorded_answers_name_no_place_of_this_machine() -> None:
    text = Path(RECORDED / "mutants.jsonl").read_text()
    assert "/tmp" not in text
