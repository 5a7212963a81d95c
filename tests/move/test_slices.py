"""Which tables are a slice, in which order slices come, and why."""

from __future__ import annotations

import random

import msgspec
import pytest
from tests.move.moving import caller, changeset, move, name, table

from ash_scaffold.ash.hints import LegacyAssociation
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.legacy.ecto import EctoSchema
from ash_scaffold.move.facts import MoveFacts, WrittenTogether
from ash_scaffold.move.slices import Group, references, slices
from ash_scaffold.postgres.catalog import Name


def grouped(facts: MoveFacts) -> list[tuple[Group, str]]:
    return [(g, ", ".join(each.name for each in g.tables)) for g in slices(facts, lambda _: False)]


def names(facts: MoveFacts) -> list[str]:
    return [text for _, text in grouped(facts)]


def reasons(facts: MoveFacts) -> list[str]:
    return [reason for group, _ in grouped(facts) for reason in group.reasons]


def test_a_table_comes_after_those_that_it_refers_to() -> None:
    facts = move(table("a", "b_id>b"), table("b", "c_id?>c"), table("c"))
    assert names(facts) == ["c", "b", "a"]
    assert [[need.name for need in group.needs] for group, _ in grouped(facts)] == [
        [],
        ["c"],
        ["b"],
    ]


def test_of_those_that_may_come_next_the_fewest_users_then_the_least_to_port_comes_first() -> None:
    facts = move(
        table("a"),
        table("b"),
        table("c"),
        users={"a": ["X", "Y"], "b": ["X"], "c": ["X"]},
        changesets={"b": [changeset("B")]},
    )
    assert [(text, group.why) for group, text in grouped(facts)] == [
        (
            "c",
            "refers to no other slice; 1 module uses it besides Ecto schemas, the fewest of all "
            "that may come first; 0 things to port",
        ),
        ("b", "refers to no other slice; 1 module uses it besides Ecto schemas; 1 thing to port"),
        ("a", "refers to no other slice; 2 modules use it besides Ecto schemas; 0 things to port"),
    ]


def test_what_nothing_uses_and_nothing_refers_to_comes_last() -> None:
    facts = move(
        table("dead"), table("lookup"), table("a", "l_id>lookup"), users={"dead": [], "lookup": []}
    )
    assert names(facts) == ["lookup", "a", "dead"]
    assert grouped(facts)[-1][0].why == (
        "no legacy code names it and no table refers to it: last, since it may be unused, or a "
        "library's"
    )


def test_a_table_without_a_key_waits_for_the_others() -> None:
    facts = move(table("log", key=False), table("a"), users={"log": [], "a": ["X", "Y"]})
    logged = msgspec.structs.replace(facts.tables[name("log")], users=(caller("X"),))
    facts = msgspec.structs.replace(facts, tables={**facts.tables, name("log"): logged})
    assert names(facts) == ["a", "log"]


def test_tables_that_refer_to_each_other_are_one_slice() -> None:
    facts = move(table("users", "org_id?>orgs"), table("orgs", "owner_id>users"), table("a"))
    assert names(facts) == ["a", "orgs, users"]
    assert reasons(facts) == [
        "orgs and users: refer to each other (orgs.owner_id → users; users.org_id → orgs)"
    ]


def test_in_a_larger_ring_the_optional_keys_come_later() -> None:
    ring = [table(f"t{n}", f"n{'?' if n == 5 else ''}>t{n % 5 + 1}") for n in range(1, 6)]
    facts = move(*ring)
    assert names(facts) == ["t5", "t4", "t3", "t2", "t1"]
    assert [each.text for each in grouped(facts)[0][0].later] == ["t5.n → t1"]


def test_a_join_table_goes_with_the_later_of_its_ends() -> None:
    facts = move(
        table("posts_tags", "post_id>posts", "tag_id>tags", unique=["post_id", "tag_id"]),
        table("posts"),
        table("tags"),
        users={"posts": ["X", "Y"], "tags": ["X"], "posts_tags": []},
    )
    assert names(facts) == ["tags", "posts, posts_tags"]
    assert reasons(facts) == ["posts_tags: joins posts and tags, so it goes with the later of them"]


def test_a_table_named_after_another_is_a_part_of_it_where_the_same_modules_use_it() -> None:
    tables = (table("users"), table("users_tokens", "user_id>users"))
    together = move(*tables, users={"users": ["A", "B"], "users_tokens": ["A"]})
    assert names(together) == ["users, users_tokens"]
    assert reasons(together) == [
        "users_tokens: a part of users, named after it; no module uses it without that"
    ]
    apart = move(*tables, users={"users": ["A"], "users_tokens": ["B"]})
    assert names(apart) == ["users", "users_tokens"]


def test_rows_that_live_and_die_with_their_parent_go_with_it_where_nobody_uses_them_alone() -> None:
    tables = (table("posts"), table("comments", "post_id>posts", cascade=["post_id"]))
    assert names(move(*tables, users={"posts": ["A"], "comments": ["A"]})) == ["posts, comments"]
    assert names(move(*tables, users={"posts": ["A"], "comments": ["A", "B"]})) == [
        "posts",
        "comments",
    ]


def test_tables_of_two_domains_stay_apart() -> None:
    facts = move(
        table("users"),
        table("users_tokens", "user_id>users"),
        users={"users": ["A"], "users_tokens": ["A"]},
        domains={"users": "App.Accounts", "users_tokens": "App.Auth"},
    )
    assert names(facts) == ["users", "users_tokens"]


def schema(module: str, of: str, *associations: LegacyAssociation) -> EctoSchema:
    return EctoSchema(module=module, table=name(of), context="", associations=associations)


def test_what_a_changeset_casts_goes_with_it() -> None:
    lines = LegacyAssociation(
        name="lines", kind=RelationshipKind.HAS_MANY, table=name("lines"), own="id", target="o_id"
    )
    facts = move(
        table("orders"),
        table("lines", "o_id>orders"),
        schemas={"orders": schema("Order", "orders", lines)},
        changesets={"orders": [changeset("Order", "lines")]},
    )
    assert names(facts) == ["orders, lines"]
    assert reasons(facts) == ["lines: Order.changeset/2 casts it with orders"]


def written(function: str, *tables: str) -> WrittenTogether:
    return WrittenTogether(
        tables=tuple(map(name, tables)), function=function, path="lib/a.ex", line=4
    )


def test_tables_that_one_function_writes_are_one_slice_but_not_by_a_log_of_all() -> None:
    tables = [table(each) for each in ("a", "b", "c", "d", "e", "log")]
    facts = move(*tables, together=[written("A.run/1", "a", "b")])
    assert names(facts) == ["c", "d", "e", "log", "a, b"]
    assert reasons(facts) == ["a and b: A.run/1 writes both (lib/a.ex:4)"]
    logged = [written(f"A.{each}/1", each, "log") for each in ("a", "b", "c", "d", "e")]
    assert names(move(*tables, together=logged)) == ["a", "b", "c", "d", "e", "log"]


def test_a_merge_that_would_make_a_ring_of_slices_is_left_out() -> None:
    # a and c are written together, and b stands between them.
    facts = move(
        table("a"),
        table("b", "a_id>a"),
        table("c", "b_id>b"),
        together=[written("A.run/1", "a", "c")],
    )
    assert names(facts) == ["a", "b", "c"]


def test_an_association_without_a_foreign_key_counts_as_an_optional_key() -> None:
    belongs = LegacyAssociation(
        name="user",
        kind=RelationshipKind.BELONGS_TO,
        table=name("users"),
        own="user_id",
        target="id",
    )
    facts = move(table("a"), table("users"), schemas={"a": schema("A", "a", belongs)})
    assert names(facts) == ["users", "a"]


def test_without_legacy_code_the_keys_alone_decide() -> None:
    facts = move(table("b", "a_id>a"), table("a"), users={"a": [], "b": []})
    facts = msgspec.structs.replace(facts, with_legacy=False)
    assert [group.why for group, _ in grouped(facts)] == [
        "refers to no other slice; without legacy code the keys alone decide",
        "comes once those are there; without legacy code the keys alone decide",
    ]


# ---- any application ----


def drawn(dice: random.Random) -> MoveFacts:
    """An application with keys, rings, join tables and users at random."""
    count = dice.randint(1, 25)
    every = [f"t{n}" for n in range(count)]
    every[1::4] = [f"{each}_part" for each in every[0::4][: len(every[1::4])]]
    modules = [f"M{n}" for n in range(6)]
    tables = []
    for each in every:
        keys = [
            f"c{n}{dice.choice(['', '?'])}>{dice.choice(every)}" for n in range(dice.randint(0, 3))
        ]
        own = [key.split(">")[0].removesuffix("?") for key in keys]
        tables.append(
            table(each, *keys, unique=own if dice.random() < 0.3 else (), cascade=own[:1])
        )
    together = [
        written(f"F{n}/1", *sorted(dice.sample(every, min(len(every), dice.randint(2, 3)))))
        for n in range(dice.randint(0, 6))
        if count > 1
    ]
    return move(
        *tables,
        users={each: dice.sample(modules, dice.randint(0, 3)) for each in every},
        domains={each: f"App.D{dice.randint(0, 2)}" for each in every},
        together=together,
    )


def shuffled(facts: MoveFacts, dice: random.Random) -> MoveFacts:
    names_ = dice.sample(sorted(facts.tables), len(facts.tables))
    together = dice.sample(facts.together, len(facts.together))
    return msgspec.structs.replace(
        facts, tables={each: facts.tables[each] for each in names_}, together=tuple(together)
    )


@pytest.mark.parametrize("seed", range(300))
def test_every_table_is_in_one_slice_and_no_key_leads_to_a_later_one_but_those_that_are_named(
    seed: int,
) -> None:
    dice = random.Random(seed)
    facts = drawn(dice)
    groups = slices(facts, lambda _: False)
    placed = [each for group in groups for each in group.tables]
    assert sorted(placed) == sorted(facts.tables)
    place: dict[Name, int] = {each: n for n, g in enumerate(groups) for each in g.tables}
    later = {each for group in groups for each in group.later}
    for reference in references(facts.tables):
        ahead = place[reference.target] > place[reference.table]
        assert ahead == (reference in later)
        assert not ahead or reference.optional
    for number, group in enumerate(groups):
        assert all(place[need] < number for need in group.needs)
    assert slices(shuffled(facts, dice), lambda _: False) == groups
