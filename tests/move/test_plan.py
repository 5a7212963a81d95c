"""What a slice waits for, which modules are elsewhere, and which slice is the next."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import structs
from tests.move.moving import changeset, move, name, table

from ash_scaffold.check.changeset_drift import LEFT
from ash_scaffold.legacy.ecto import EctoSchema
from ash_scaffold.legacy.usage import How, User, UserKind
from ash_scaffold.move.facts import MoveFacts, ResourceState
from ash_scaffold.move.model import MovePlan
from ash_scaffold.move.plan import make_plan
from ash_scaffold.move.steps import is_used
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding


def using(module: str, kind: UserKind = UserKind.SCHEMA, via: str = "X") -> User:
    return User(module, kind, "lib/a.ex", 3, via, How.REFERENCE)


def schema(module: str, of: str) -> EctoSchema:
    context = module.rpartition(".")[0]
    return EctoSchema(module=module, table=name(of), context=context, path="lib/s.ex", line=1)


def blog(*, live: tuple[str, ...] = ()) -> MoveFacts:
    """Users and their posts, whose Ecto schemas name each other; of some only Ash is left."""
    facts = move(table("users"), table("posts", "user_id>users"))
    users = {
        "users": (using("App.User", via="schema"), using("App.Post", via="App.User")),
        "posts": (using("App.Post", via="schema"), using("App.User", via="App.Post")),
    }
    found = {
        each.table: msgspec.structs.replace(
            each,
            schemas=(schema(f"App.{of.title()[:-1]}", of),),
            resource=ResourceState(module=f"App.Ash.{of.title()}", path="lib/r.ex", line=1),
            users=(*users[of], *(() if of in live else (using("App.Web", UserKind.CONTROLLER),))),
        )
        for each in facts.tables.values()
        for of in (each.table.name,)
    }
    return msgspec.structs.replace(facts, tables=found)


def deletions(plan: MovePlan) -> list[tuple[str, str]]:
    steps = [step for each in plan.slices for step in each.steps if step.kind.value == "delete"]
    return [(step.status.value, step.says) for step in steps]


def test_a_schema_stays_for_those_of_slices_that_are_not_live() -> None:
    plan = make_plan(blog(live=("users",)))
    assert [each.name.name for each in plan.slices] == ["users", "posts"]
    assert [each.is_live for each in plan.slices] == [True, False]
    assert deletions(plan) == [
        ("waits", "delete App.User, once slice 2 is live, whose Ecto schemas refer to it"),
        ("to do", "delete App.Post, with the schemas of slice 1, which refer to it"),
    ]
    assert plan.next == 2


def test_schemas_that_name_each_other_go_together_once_both_slices_are_live() -> None:
    plan = make_plan(blog(live=("users", "posts")))
    assert deletions(plan) == [
        ("to do", "delete App.User, with the schemas of slice 2, which refer to it"),
        ("to do", "delete App.Post, with the schemas of slice 1, which refer to it"),
    ]
    assert plan.next == 1


def test_the_namespace_of_an_application_is_no_context() -> None:
    users, posts = make_plan(blog()).slices
    assert [(each.module, each.elsewhere) for each in users.modules] == [
        ("App.Post", True),
        ("App.User", False),
        ("App.Web", True),
    ]
    assert posts.blockers == ()  # without a context there is no outside of it


def test_a_table_that_ash_owns_is_done() -> None:
    facts = blog(live=("users", "posts"))
    owned = {
        of: msgspec.structs.replace(each, users=(), schemas=(), owned=True)
        for of, each in facts.tables.items()
    }
    plan = make_plan(msgspec.structs.replace(facts, tables=owned))
    assert [(each.is_done, each.done, each.total, each.why) for each in plan.slices] == [
        (True, 4, 4, "nothing is left to do"),
        (True, 4, 4, "nothing is left to do"),
    ]
    assert plan.next is None


def test_what_the_project_lacks_for_its_resources_is_said_once() -> None:
    facts = blog()
    assert make_plan(facts).first == ()
    assert make_plan(msgspec.structs.replace(facts, settings=2)).first == (
        "Before a resource compiles: 2 settings of the project are missing: ash-scaffold doctor "
        "says which, and --fix adds them",
    )


def test_a_step_that_an_action_leaves_is_a_matter_of_the_actions_and_no_drift() -> None:
    facts = blog()
    users = facts.tables[name("users")]
    left, changed = (
        Finding(severity=Severity.WARNING, kind=kind, table="users", what="It differs.")
        for kind in (LEFT, "changeset changed")
    )
    found = msgspec.structs.replace(users, findings=(left, changed))
    assert found.drift == (changed,)
    plan = make_plan(msgspec.structs.replace(facts, tables={**facts.tables, users.table: found}))
    assert [(each.stops.value, each.what) for each in plan.slices[0].blockers][:1] == [
        ("check", "It differs.")
    ]


def test_tables_that_no_schema_is_of_are_said_to_be_named_by_nobody() -> None:
    facts = move(table("days"), table("visits", "day_id>days"), users={"days": [], "visits": []})
    plan = make_plan(facts)
    assert [each.why for each in plan.slices] == [
        "refers to no other slice; no legacy code names it, so see whether it is still used, the "
        "fewest of all that may come first; 0 things to port",
        "no legacy code names it and no table refers to it: last, since it may be unused, or a "
        "library's",
    ]


def test_schemas_without_a_table_come_before_all_slices() -> None:
    lost = tuple(schema(f"App.S{number}", f"s{number}") for number in range(7))
    plan = make_plan(msgspec.structs.replace(blog(), without_table=lost))
    assert plan.first[0] == (
        "First: the database has no table for 7 Ecto schemas (s0 of App.S0, s1 of App.S1, s2 of "
        "App.S2, s3 of App.S3, s4 of App.S4 and 2 more): see whether it is the one that this code "
        "uses"
    )


@pytest.mark.parametrize(
    ("of", "used"),
    [
        ({}, False),
        ({"calls": ("lib/x.ex:9",)}, False),
        ({"creates": ("lib/x.ex:9",)}, True),
        ({"deletes": ("lib/x.ex:9",)}, False),
        ({"refused": "it has 2 clauses"}, True),
        ({"refused": "it is given a changeset", "is_step": True}, False),
        ({"refused": "it is called", "is_step": True, "calls": ("lib/x.ex:9",)}, True),
    ],
)
def test_a_changeset_function_is_to_be_ported_where_something_inserts_or_updates_with_it(
    of: dict[str, Any], used: bool
) -> None:
    made = changeset("Post", size=0)
    assert is_used(structs.replace(made, of=structs.replace(made.of, **of))) is used
