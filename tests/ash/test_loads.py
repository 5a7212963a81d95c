"""Relationships that Ash could not load are left out, and said to be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs
from tests.ash.test_legacy import ALL, POSTS, association, project, schema
from tests.support import Output, generate

from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.postgres.catalog import Database, Name

Reflect = Callable[..., Database]

TAGS, POSTS_TAGS = Name("public", "tags"), Name("public", "posts_tags")
JOINED = """
CREATE EXTENSION IF NOT EXISTS ltree;
CREATE TABLE posts (id bigserial PRIMARY KEY);
CREATE TYPE pair AS (name text, data json);
CREATE DOMAIN form AS point;
CREATE TABLE tags (id bigserial PRIMARY KEY, data {type});
CREATE TABLE posts_tags (
    post_id bigint NOT NULL REFERENCES posts, tag_id bigint NOT NULL REFERENCES tags,
    PRIMARY KEY (post_id, tag_id)
);
"""
TENANTS = """
CREATE TABLE users (tenant_id bigint, id bigint, {users}, PRIMARY KEY (tenant_id, id));
CREATE TABLE posts (
    id bigint PRIMARY KEY, tenant_id bigint, author_id bigint, {posts},
    CONSTRAINT author FOREIGN KEY (tenant_id, author_id) REFERENCES users
);
"""
MARKED = """
CREATE TABLE posts (id bigserial PRIMARY KEY);
CREATE TABLE tags (id bigserial PRIMARY KEY, data json);
CREATE TABLE posts_tags (
    id bigserial PRIMARY KEY, note text {unique},
    post_id bigint NOT NULL REFERENCES posts, tag_id bigint NOT NULL REFERENCES tags
);
"""
LABELS = structs.replace(
    association("labels", RelationshipKind.MANY_TO_MANY, TAGS, "id", "id"),
    through=POSTS_TAGS,
    through_own="post_id",
    through_target="tag_id",
)


def related(output: Output) -> dict[str, list[tuple[str, str]]]:
    """The kind and name of every relationship, by table."""
    found = {
        item.draft.name.name: [(r.kind.value, r.name) for r in item.resource.relationships]
        for item in output.plan.resources
    }
    assert found
    return found


def left_out(output: Output) -> list[tuple[str, str, str]]:
    return [
        (p.where, p.what, p.todo) for p in output.plan.problems if p.code.value == "no-relationship"
    ]


@pytest.mark.parametrize("type_", ["jsonb", "text", "jsonb[]", "tsvector", "ltree"])
def test_rows_that_can_be_compared_are_many_to_many(reflect_ddl: Reflect, type_: str) -> None:
    output = generate(reflect_ddl(JOINED.format(type=type_)))
    assert related(output) == {
        "posts": [("many_to_many", "tags")],
        "posts_tags": [("belongs_to", "post"), ("belongs_to", "tag")],
        "tags": [("many_to_many", "posts")],
    }
    assert left_out(output) == []


@pytest.mark.parametrize(
    ("type_", "called"),
    [
        ("json", "json"),
        ("json[]", "json[]"),
        ("point", "point"),
        ("polygon", "polygon"),
        ("refcursor", "refcursor"),
        ("form", "form"),
        ("pair", "pair"),
        ("lquery", "lquery"),
    ],
)
def test_rows_that_can_not_be_compared_are_reached_through_the_join(
    reflect_ddl: Reflect, type_: str, called: str
) -> None:
    output = generate(reflect_ddl(JOINED.format(type=type_)))
    assert related(output) == {
        "posts": [("has_many", "tags")],
        "posts_tags": [("belongs_to", "post"), ("belongs_to", "tag")],
        "tags": [("many_to_many", "posts")],
    }
    ((where, what, todo),) = left_out(output)
    assert where == "posts"
    assert what == (
        "It has no many_to_many to tags through posts_tags: Ash loads one by SELECT DISTINCT, and "
        f"PostgreSQL can't compare the values of tags.data ({called})."
    )
    assert todo == (
        "Load tags: :tag instead, or change the column in legacy code"
        + (" (json to jsonb)." if called.startswith("json") else ".")
    )


def test_a_column_without_an_attribute_is_not_loaded(reflect_ddl: Reflect) -> None:
    config = "[tables.tags.columns.data]\nexclude = true\n"
    output = generate(reflect_ddl(JOINED.format(type="json")), config)
    assert related(output)["posts"] == [("many_to_many", "tags")]


def test_what_the_legacy_code_calls_it_stays_free_for_a_persons_own(reflect_ddl: Reflect) -> None:
    labels = structs.replace(LABELS, name="tags")
    database = reflect_ddl(JOINED.format(type="json"))
    output = generate(database, ALL, state=project(schema(POSTS, labels)))
    assert related(output)["posts"] == [("has_many", "post_tags")]


@pytest.mark.parametrize(
    ("users", "posts", "kinds", "sides"),
    [
        ("a jsonb", "b jsonb", {"posts": ["belongs_to"], "users": ["has_many"]}, []),
        ("a json", "b jsonb", {"posts": [], "users": ["has_many"]}, ["posts"]),
        ("a jsonb", "b json", {"posts": ["belongs_to"], "users": []}, ["users"]),
        ("a json", "b json", {"posts": [], "users": []}, ["posts", "users"]),
    ],
)
def test_a_key_of_several_columns_is_loaded_by_comparing_rows_too(
    reflect_ddl: Reflect, users: str, posts: str, kinds: object, sides: list[str]
) -> None:
    output = generate(reflect_ddl(TENANTS.format(users=users, posts=posts)))
    assert {table: [kind for kind, _ in found] for table, found in related(output).items()} == kinds
    assert [where for where, _, _ in left_out(output)] == sides


def test_a_key_that_has_no_belongs_to_is_said_and_still_known_by_name(
    reflect_ddl: Reflect,
) -> None:
    output = generate(reflect_ddl(TENANTS.format(users="a json", posts="b text")))
    assert left_out(output) == [
        (
            "posts",
            "The foreign key author gives no belongs_to: Ash loads one over several columns by "
            "SELECT DISTINCT, and PostgreSQL can't compare the values of users.a (json).",
            "Load the other side by a query of your own, or change the column in legacy code "
            "(json to jsonb).",
        )
    ]
    assert '{:tenant_id, "author"}' in output.modules["App.Core.Post"]


@pytest.mark.parametrize(
    ("unique", "kinds"),
    [
        # Of a join that may hold a pair twice Ash reads the rows first, and compares none.
        ("", [("has_many", "tags"), ("many_to_many", "labels")]),
        (", UNIQUE (post_id, tag_id)", [("has_many", "tags")]),
        (", UNIQUE (tag_id)", [("has_many", "tags")]),
    ],
)
def test_a_join_that_may_hold_a_pair_twice_is_loaded_without_comparing(
    reflect_ddl: Reflect, unique: str, kinds: list[tuple[str, str]]
) -> None:
    ddl = MARKED.replace("{unique}", "").replace("tags\n);", f"tags{unique}\n);")
    output = generate(reflect_ddl(ddl), ALL, state=project(schema(POSTS, LABELS)))
    assert related(output)["posts"] == kinds
    assert len(left_out(output)) == 2 - len(kinds)
