"""A has_one that is asked for where nothing keeps the database from holding several rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs
from tests.ash.test_legacy import ALL, USERS, association, project, schema
from tests.support import Output, generate

from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.postgres.catalog import Database, Name

Reflect = Callable[..., Database]

COVERS = Name("public", "covers")
DDL = """
CREATE TABLE users (id bigserial PRIMARY KEY);
CREATE TABLE covers (id bigserial PRIMARY KEY, user_id bigint {more});
"""
KEPT = "REFERENCES users"
COVER = association("cover", RelationshipKind.HAS_ONE, COVERS, "id", "user_id")
SCHEMA = project(schema(USERS, COVER))
NOBODY = project()
ASKED = f"""{ALL}
[tables.users.relationships.cover]
columns = ["id"]
kind = "has_one"
target = "covers"
target_columns = ["user_id"]
"""


def of_users(output: Output) -> list[tuple[str, str]]:
    (users,) = (each for each in output.plan.resources if each.draft.name == USERS)
    return [(each.kind.value, each.name) for each in users.resource.relationships]


def notes(output: Output) -> list[tuple[str, str, str]]:
    return [(p.where, p.what, p.todo) for p in output.plan.problems if "has_one" in p.what]


@pytest.mark.parametrize("more", [f"{KEPT} UNIQUE", "UNIQUE"])
@pytest.mark.parametrize(("config", "legacy"), [(ALL, SCHEMA), (ASKED, NOBODY)])
def test_one_row_is_a_has_one(
    reflect_ddl: Reflect, more: str, config: str, legacy: ProjectState
) -> None:
    output = generate(reflect_ddl(DDL.format(more=more)), config, state=legacy)
    assert ("has_one", "cover") in of_users(output)
    assert notes(output) == []


@pytest.mark.parametrize("more", [KEPT, "", f"{KEPT}, UNIQUE (user_id, id)"])
def test_several_rows_are_a_has_many_whatever_the_ecto_schema_says(
    reflect_ddl: Reflect, more: str
) -> None:
    output = generate(reflect_ddl(DDL.format(more=more)), ALL, state=SCHEMA)
    assert of_users(output) == [("has_many", "covers")]
    assert notes(output) == [
        (
            "users",
            "The Ecto schema's has_one cover (lib/app.ex:1) is the has_many covers: nothing makes "
            "covers.user_id unique, so that there may be several rows.",
            "Make it unique in legacy code, or write a has_one of your own with `sort` and "
            "`from_many? true`: without them Ash warns whenever there is a second row, "
            "and takes an arbitrary one.",
        )
    ]


def test_several_rows_are_a_has_many_whatever_the_configuration_says(reflect_ddl: Reflect) -> None:
    output = generate(reflect_ddl(DDL.format(more="")), ASKED)
    assert of_users(output) == [("has_many", "cover")]
    assert [(where, what) for where, what, _ in notes(output)] == [
        (
            "users",
            "The configured has_one cover is the has_many cover: nothing makes covers.user_id "
            "unique, so that there may be several rows.",
        )
    ]


def test_one_that_shows_some_of_the_rows_only_is_not_spoken_of(reflect_ddl: Reflect) -> None:
    filtered = project(schema(USERS, structs.replace(COVER, filtered=True)))
    assert notes(generate(reflect_ddl(DDL.format(more=KEPT)), ALL, state=filtered)) == []
