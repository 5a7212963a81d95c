"""Who is heard first: the person's file, then the legacy code, then the catalog."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs
from tests.support import PROJECT, generate

from ash_scaffold.ash.hints import (
    EnumHint,
    Legacy,
    LegacyAssociation,
    LegacyField,
    LegacySchema,
    Role,
)
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.ash.project_state import ProjectState, ResourceNames
from ash_scaffold.ash.relationship_id import RelationshipId
from ash_scaffold.postgres.catalog import Database, Name

USERS, POSTS, MARKS = (Name("public", table) for table in ("users", "posts", "marks"))
ALL = '[domains."App.Core"]\ntables = ["*"]\n'
DDL = """
CREATE TABLE users (id bigserial PRIMARY KEY, email text, mail text);
CREATE TABLE posts (id bigserial PRIMARY KEY, author_id bigint REFERENCES users);
CREATE TABLE marks (
    post_id bigint NOT NULL REFERENCES posts, user_id bigint NOT NULL REFERENCES users,
    PRIMARY KEY (post_id, user_id)
);
"""


def field(name: str, column: str, **more: object) -> LegacyField:
    plain = LegacyField(name=name, column=column, path="lib/app.ex", line=1)
    return structs.replace(plain, **more)


def association(
    name: str, kind: RelationshipKind, table: Name, own: str, target: str
) -> LegacyAssociation:
    return LegacyAssociation(
        name=name, kind=kind, table=table, own=own, target=target, path="lib/app.ex", line=1
    )


def schema(table: Name, *said: LegacyField | LegacyAssociation, **more: object) -> LegacySchema:
    plain = LegacySchema(
        module=f"Old.{table.name}",
        table=table,
        context="Old",
        path="lib/app.ex",
        fields=tuple(each for each in said if isinstance(each, LegacyField)),
        associations=tuple(each for each in said if isinstance(each, LegacyAssociation)),
    )
    return structs.replace(plain, **more)


def project(*schemas: LegacySchema, names: dict[Name, ResourceNames] | None = None) -> ProjectState:
    return structs.replace(PROJECT, legacy=schemas, names=names or {})


def named(output_of: ProjectState, database: Database, config: str = ALL) -> dict[str, list[str]]:
    """Return the names of attributes and relationships by module."""
    plan = generate(database, config, state=output_of).plan
    return {
        item.resource.module: [
            *(a.name for a in item.resource.attributes),
            *(r.name for r in item.resource.relationships),
        ]
        for item in plan.resources
    }


ARTICLES = association("articles", RelationshipKind.HAS_MANY, POSTS, "id", "author_id")
READERS = structs.replace(
    association("readers", RelationshipKind.MANY_TO_MANY, USERS, "id", "id"),
    through=MARKS,
    through_own="post_id",
    through_target="user_id",
)


def test_a_file_outweighs_the_legacy_code(reflect_ddl: Callable[..., Database]) -> None:
    legacy = (schema(USERS, field("login", "email"), ARTICLES), schema(POSTS, READERS))
    database = reflect_ddl(DDL)
    written = ResourceNames(
        attributes={"email": "address"},
        relationships={RelationshipId(True, POSTS, "id", "author_id"): "texts"},
    )

    before = named(project(*legacy), database)
    after = named(project(*legacy, names={USERS: written}), database)

    assert before["App.Core.User"] == ["id", "login", "mail", "articles", "posts"]
    assert after["App.Core.User"] == ["id", "address", "mail", "texts", "posts"]
    assert (
        before["App.Core.Post"]
        == after["App.Core.Post"]
        == ["id", "author_id", "author", "readers"]
    )


def test_a_column_that_the_schema_calls_as_another_is_called(
    reflect_ddl: Callable[..., Database],
) -> None:
    legacy = schema(USERS, field("mail", "email"))
    found = named(project(legacy), reflect_ddl(DDL))
    assert found["App.Core.User"][:3] == ["id", "mail", "mail_2"]


def test_the_name_of_an_association_is_kept_for_it(reflect_ddl: Callable[..., Database]) -> None:
    """Its table may come to a domain later: then nothing else must have the name by then."""
    posts = association(
        "posts", RelationshipKind.HAS_MANY, Name("public", "later"), "id", "user_id"
    )
    found = named(project(schema(USERS, posts)), reflect_ddl(DDL))
    assert found["App.Core.User"] == ["id", "email", "mail", "author_posts", "mark_posts"]


def test_the_rows_of_a_join_are_shown_where_the_legacy_code_loads_them(
    reflect_ddl: Callable[..., Database],
) -> None:
    marks = association("marks", RelationshipKind.HAS_MANY, MARKS, "id", "post_id")
    database = reflect_ddl(DDL)

    first = generate(database, ALL, state=project(schema(POSTS, marks, READERS)))
    names = ResourceNames(
        relationships={
            RelationshipId(True, MARKS, "id", "post_id"): "marks",
            RelationshipId(True, USERS, "post_id", "user_id", MARKS): "readers",
        }
    )
    again = generate(
        database, ALL, state=project(schema(POSTS, marks, READERS), names={POSTS: names})
    )

    assert first.section("App.Core.Post", "relationships") == (
        "belongs_to :author, App.Core.User do\n"
        "  define_attribute? false\n"
        "  public? true\n"
        "end\n"
        "\n"
        "has_many :marks, App.Core.Mark do\n"
        "  public? true\n"
        "end\n"
        "\n"
        "many_to_many :readers, App.Core.User do\n"
        "  through App.Core.Mark\n"
        "  join_relationship :marks\n"
        "  public? true\n"
        "end\n"
    )
    assert again.modules == first.modules


def test_only_the_schema_to_go_by_brings_a_table_to_its_domain(
    reflect_ddl: Callable[..., Database],
) -> None:
    legacy = (
        schema(USERS, module="App.Core.User", context="App.Core"),
        schema(USERS, module="App.Blog.Author", context="App.Blog", first=False),
        schema(POSTS, module="App.Blog.Post", context="App.Blog"),
    )
    database = reflect_ddl(DDL)
    found = {
        domain: list(generate(database, domain=domain, state=project(*legacy)).modules)
        for domain in ("App.Core", "App.Blog")
    }
    assert found == {
        "App.Core": ["App.Core", "App.Core.User"],
        "App.Blog": ["App.Blog", "App.Blog.Post"],
    }


def test_of_several_schemas_the_first_says_what_it_knows() -> None:
    legacy = Legacy(
        (
            schema(USERS, field("mail", "email"), field("nick", "mail"), first=False, module="A"),
            schema(
                USERS,
                field("login", "email", role=Role.CREATED, type=EnumHint((("a", "a"),))),
                module="B",
                primary_key=("email",),
            ),
        )
    )
    assert [legacy.field(USERS, column) for column in ("email", "mail", "id")] == [
        field("login", "email", role=Role.CREATED, type=EnumHint((("a", "a"),))),
        field("nick", "mail"),
        None,
    ]
    assert legacy.primary_key(USERS) == ("email",)
    assert legacy.primary_key(POSTS) == ()


def test_columns_that_refer_to_one_are_looked_up_once_and_not_for_each_other(
    reflect_ddl: Callable[..., Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    plain = Legacy.field

    def counted(legacy: Legacy, table: Name, column: str) -> LegacyField | None:
        nonlocal calls
        calls += 1
        return plain(legacy, table, column)

    monkeypatch.setattr(Legacy, "field", counted)
    counts = []
    for number in (20, 40):
        children = "".join(
            f"CREATE TABLE c{number}_{each} (id bigserial PRIMARY KEY, hub_id bigint REFERENCES h);"
            for each in range(number)
        )
        database = reflect_ddl(f"CREATE TABLE h (id bigserial PRIMARY KEY); {children}")
        calls = 0
        generate(database, ALL, state=PROJECT)
        counts.append(calls)
    assert counts[0] > 0
    assert counts[1] <= 2.1 * counts[0]
