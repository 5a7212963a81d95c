"""What of the document reaches the page."""

from __future__ import annotations

import msgspec
from tests.document.browser.samples import document, key, public, small, table

from ash_scaffold.document.html_data import (
    LinkData,
    PairData,
    ProblemData,
    ReasonData,
    RuleData,
    UseData,
    page_data,
)
from ash_scaffold.document.model import Cardinality, Column, ForeignKey, Proposal, ProposalKind, Use
from ash_scaffold.problem import Code, Problem, Severity


def as_json(value: object) -> object:
    return msgspec.json.decode(msgspec.json.encode(value))


def test_a_table_is_told_without_what_is_empty() -> None:
    (users,) = (each for each in page_data(small()).tables if each.id == "users")
    assert as_json(users) == {
        "id": "users",
        "name": "users",
        "kind": "table",
        "status": "ash",
        "comment": "People who can sign in.",
        "domain": "Shop.Accounts",
        "resources": ["Shop.Accounts.User"],
        "columns": [
            {
                "name": "id",
                "type": "bigint",
                "key": True,
                "attribute": "id",
                "ash": ":integer",
            },
            {
                "name": "email",
                "type": "citext",
                "unique": True,
                "comment": "Where we write to.",
                "attribute": "email",
                "ash": ":ci_string",
                "options": "trim?: false",
            },
        ],
        "indexes": [
            {"name": "users_email_index", "kind": "unique", "text": "UNIQUE btree (email)"}
        ],
    }


def test_a_use_says_whether_it_is_the_tables_own_schema_and_how_others_name_it() -> None:
    def use(module: str, *via: str) -> Use:
        return Use(module=module, kind="schema", path="lib/a.ex", line=7, via=via)

    users = table(public("users"), uses=(use("User", "schema"), use("Post", "User", "from")))
    (shown,) = page_data(document((users,))).tables
    assert shown.uses == (
        UseData(module="User", kind="schema", place="lib/a.ex:7", own=True),
        UseData(module="Post", kind="schema", place="lib/a.ex:7", via="User, from"),
    )
    assert shown.legacy == ("User",)


def test_keys_become_links_between_places_in_the_list() -> None:
    data = page_data(small())
    assert [each.id for each in data.tables] == ["posts", "posts_tags", "tags", "users"]
    assert data.links == (
        LinkData(
            name="posts_author_id_fkey",
            child=0,
            parent=3,
            columns=("author_id",),
            target=("id",),
            optional=True,
            rule="on delete cascade",
        ),
        LinkData(
            name="posts_parent_id_fkey",
            child=0,
            parent=0,
            columns=("parent_id",),
            target=("id",),
            optional=True,
        ),
        LinkData(
            name="posts_tags_post_id_fkey",
            child=1,
            parent=0,
            columns=("post_id",),
            target=("id",),
            optional=True,
        ),
        LinkData(
            name="posts_tags_tag_id_fkey",
            child=1,
            parent=2,
            columns=("tag_id",),
            target=("id",),
            optional=True,
        ),
    )
    assert data.pairs == (PairData(left=0, right=2, through=1),)


def test_a_unique_key_gives_at_most_one_child() -> None:
    users, profiles = public("users"), public("profiles")
    given = document((table(profiles, key(profiles, "user_id", users)), table(users)))
    one = tuple(
        msgspec.structs.replace(link, cardinality=Cardinality.ONE_TO_ONE, optional=False)
        for link in given.links
    )
    (link,) = page_data(msgspec.structs.replace(given, links=one)).links
    assert (link.one, link.optional) == (True, False)


def test_the_rules_of_a_key_are_what_follows_its_columns() -> None:
    users = public("users")
    definition = (
        '("on delete cascade)") REFERENCES users (id) MATCH FULL ON UPDATE CASCADE '
        "ON DELETE SET NULL (a) DEFERRABLE INITIALLY DEFERRED"
    )
    odd = ForeignKey(
        name="odd",
        table=users,
        columns=("on delete cascade)",),
        target=users,
        target_columns=("id",),
        definition=definition,
    )
    (link,) = page_data(document((table(users, odd),))).links
    assert link.rule == (
        "match full on update cascade on delete set null (a) deferrable initially deferred"
    )


def test_keys_to_and_from_tables_that_are_not_shown_are_named_with_the_constraints() -> None:
    users, audit, log = public("users"), public("audit"), public("log")
    shown = msgspec.structs.replace(
        table(users, key(users, "audit_id", audit)), incoming=(key(log, "user_id", users),)
    )
    given = msgspec.structs.replace(document((shown,)), tables=(shown,))
    data = page_data(given)
    assert data.links == ()
    assert data.tables[0].constraints == (
        RuleData(
            name="users_audit_id_fkey", kind="foreign key", text="(audit_id) REFERENCES audit (id)"
        ),
        RuleData(name="log_user_id_fkey", kind="referred to by", text="log (user_id)"),
    )


def test_every_problem_is_told_once_in_order_with_its_table() -> None:
    def problem(severity: Severity, what: str) -> Problem:
        return Problem(severity=severity, code=Code.TRIGGER, what=what)

    note, error = problem(Severity.NOTE, "whole run"), problem(Severity.ERROR, "of a table")
    only_there = problem(Severity.WARNING, "said by the table alone")
    given = document(
        (table(public("users"), problems=(error, only_there)),), problems=(note, error)
    )
    assert page_data(given).problems == (
        ProblemData(severity="error", code="trigger", what="of a table", table=0),
        ProblemData(severity="warning", code="trigger", what="said by the table alone", table=0),
        ProblemData(severity="note", code="trigger", what="whole run"),
    )


def test_the_facts_of_the_overview_leave_out_what_is_not_known() -> None:
    given = small()
    assert page_data(given).facts == (
        "PostgreSQL 17",
        "migrations: Ecto",
        "4 tables",
        "4 relationships",
        "extensions citext",
        "repo Shop.Repo",
    )
    bare = msgspec.structs.replace(
        given.overview, version=None, extensions=(), repo="", views=1, schemas=("a", "b")
    )
    assert page_data(msgspec.structs.replace(given, overview=bare)).facts == (
        "PostgreSQL",
        "migrations: Ecto",
        "4 tables",
        "1 view",
        "4 relationships",
        "schemas a, b",
    )


def test_proposals_name_their_table_by_its_place() -> None:
    proposal = Proposal(
        kind=ProposalKind.INDEX, table=public("tags"), columns=("id",), why="It is looked up."
    )
    given = msgspec.structs.replace(small(), proposals=(proposal,))
    assert as_json(page_data(given).proposals) == [
        {"kind": "index", "table": 2, "columns": ["id"], "why": "It is looked up."}
    ]


def test_why_types_are_mapped_as_they_are_is_told_once_for_all_columns_of_a_type() -> None:
    def column(name: str, type_: str, why: str = "") -> Column:
        return Column(name=name, type=type_, nullable=True, attribute=name, why=why)

    posts = table(
        public("posts"),
        columns=(
            column("at", "timestamp(0)", "taken for UTC"),
            column("data", "jsonb", "`:map` would fail"),
            column("id", "bigint"),
        ),
    )
    tags = table(
        public("tags"),
        columns=(
            column("at", "timestamp", "taken for UTC"),
            column("raw", "json[]", "`:map` would fail"),
        ),
    )
    assert page_data(document((posts, tags))).reasons == (
        ReasonData(types=("json", "jsonb"), why="`:map` would fail"),
        ReasonData(types=("timestamp",), why="taken for UTC"),
    )
