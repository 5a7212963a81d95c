"""Names of a resource's file: each goes to the right column, index or key, and once."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs
from tests.support import PROJECT, Output, generate

from ash_scaffold.ash.hints import LegacyAssociation, LegacySchema
from ash_scaffold.ash.model import AttributeKind, RelationshipKind
from ash_scaffold.ash.project_state import ResourceNames
from ash_scaffold.ash.relationship_id import RelationshipId
from ash_scaffold.postgres.catalog import Database, Name

USERS, POSTS = Name("public", "users"), Name("public", "posts")
TENANTS = """
CREATE TABLE users (tenant_id bigint, id bigint, PRIMARY KEY (tenant_id, id));
CREATE TABLE posts (
    id bigint PRIMARY KEY, tenant_id bigint, author_id bigint, editor_id bigint,
    CONSTRAINT author FOREIGN KEY (tenant_id, author_id) REFERENCES users,
    CONSTRAINT editor FOREIGN KEY (tenant_id, editor_id) REFERENCES users
);
"""
TIMESTAMPS = """
CREATE TABLE posts (id bigint PRIMARY KEY);
CREATE TABLE tags (id bigint PRIMARY KEY);
CREATE TABLE posts_tags (
    post_id bigint NOT NULL REFERENCES posts, tag_id bigint NOT NULL REFERENCES tags,
    inserted_at timestamp NOT NULL, updated_at timestamp NOT NULL,
    PRIMARY KEY (post_id, tag_id)
);
"""
NAMED = """
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE posts (id bigserial PRIMARY KEY, author_id bigint REFERENCES users);
"""
BY_AUTHOR = RelationshipId(False, USERS, "author_id", "id", rest=(("tenant_id", "tenant_id"),))
BY_EDITOR = RelationshipId(False, USERS, "editor_id", "id", rest=(("tenant_id", "tenant_id"),))


def relationships(output: Output, table: Name) -> dict[str, tuple[str, ...]]:
    """Return the keys of each relationship by its name."""
    found = {
        each.name: tuple(name for _table, name in each.foreign_keys)
        for item in output.plan.resources
        if item.draft.name == table
        for each in item.resource.relationships
    }
    assert found
    return found


def posts(database: Database, names: ResourceNames) -> dict[str, tuple[str, ...]]:
    return relationships(
        generate(database, state=structs.replace(PROJECT, names={POSTS: names})), POSTS
    )


def test_composite_keys_that_start_alike_have_names_of_their_own(
    reflect_ddl: Callable[..., Database],
) -> None:
    database = reflect_ddl(TENANTS)
    both = {BY_AUTHOR: "writer", BY_EDITOR: "reader"}
    assert posts(database, ResourceNames(relationships=both)) == {
        "writer": ("author",),
        "reader": ("editor",),
    }
    one = posts(database, ResourceNames(relationships={BY_EDITOR: "reader"}))
    assert one == {"author": ("author",), "reader": ("editor",)}


def test_a_single_pair_names_the_one_key_that_has_it(reflect_ddl: Callable[..., Database]) -> None:
    bare = {
        RelationshipId(False, USERS, "editor_id", "id"): "reader",
        RelationshipId(False, USERS, "tenant_id", "tenant_id"): "whoever",
    }
    assert posts(reflect_ddl(TENANTS), ResourceNames(relationships=bare)) == {
        "author": ("author",),
        "reader": ("editor",),
    }


def test_a_name_is_given_once(reflect_ddl: Callable[..., Database]) -> None:
    same = ResourceNames(relationships={BY_EDITOR: "person", BY_AUTHOR: "person"})
    assert posts(reflect_ddl(TENANTS), same) == {"author": ("author",), "person": ("editor",)}


def test_the_name_of_an_identity_is_given_once(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(
        "CREATE TABLE users (id bigint PRIMARY KEY, email text, login text);"
        "CREATE UNIQUE INDEX a ON users (email); CREATE UNIQUE INDEX b ON users (login);"
    )
    same = ResourceNames(identities={"b": "unique", "a": "unique"})
    output = generate(database, state=structs.replace(PROJECT, names={USERS: same}))
    (users,) = output.plan.resources
    assert [(each.index, each.name) for each in users.resource.identities] == [
        ("a", "email"),
        ("b", "unique"),
    ]


def test_a_name_that_is_an_attribute_s_is_not_given(reflect_ddl: Callable[..., Database]) -> None:
    names = ResourceNames(relationships={BY_EDITOR: "author_id"})
    assert posts(reflect_ddl(TENANTS), names).keys() & {"author_id"} == set()


def test_the_name_of_what_is_gone_is_free_unless_it_stays(
    reflect_ddl: Callable[..., Database],
) -> None:
    database = reflect_ddl(
        "CREATE TABLE users (id bigint PRIMARY KEY);"
        "CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint REFERENCES users)"
    )
    gone = {RelationshipId(False, Name("public", "people"), "user_id", "id"): "user"}
    assert posts(database, ResourceNames(relationships=gone)).keys() == {"user"}
    stays = ResourceNames(relationships=gone, taken=frozenset({"user"}))
    assert posts(database, stays).keys() == {"user_user"}


def test_an_association_names_the_composite_key_that_it_is_part_of(
    reflect_ddl: Callable[..., Database],
) -> None:
    association = LegacyAssociation(
        name="reviewer",
        kind=RelationshipKind.BELONGS_TO,
        table=USERS,
        own="editor_id",
        target="id",
        path="lib/app.ex",
        line=1,
    )
    schema = LegacySchema(
        module="Old.Post",
        table=POSTS,
        context="Old",
        path="lib/app.ex",
        associations=(association,),
    )
    state = structs.replace(PROJECT, legacy=(schema,))
    config = '[domains."App.Core"]\ntables = ["*"]\n'
    found = relationships(generate(reflect_ddl(TENANTS), config, state=state), POSTS)
    assert found == {"author": ("author",), "reviewer": ("editor",)}


def test_a_field_of_another_kind_keeps_its_name_from_a_column(
    reflect_ddl: Callable[..., Database],
) -> None:
    state = structs.replace(PROJECT, names={USERS: ResourceNames(taken=frozenset({"full_name"}))})
    output = generate(
        reflect_ddl("CREATE TABLE users (id bigint PRIMARY KEY, full_name text)"), state=state
    )
    (users,) = output.plan.resources
    assert [each.name for each in users.resource.attributes] == ["id", "full_name_2"]


def test_what_is_a_timestamp_is_told_by_its_column(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(TIMESTAMPS)
    join = Name("public", "posts_tags")
    attributes = {"inserted_at": "since", "updated_at": "touched"}
    state = structs.replace(PROJECT, names={join: ResourceNames(attributes=attributes)})
    output = generate(database, state=state)
    kinds = {
        each.name: each.kind
        for item in output.plan.resources
        if item.draft.name == join
        for each in item.resource.attributes
    }
    assert kinds == {
        "post_id": AttributeKind.ATTRIBUTE,
        "tag_id": AttributeKind.ATTRIBUTE,
        "since": AttributeKind.CREATE_TIMESTAMP,
        "touched": AttributeKind.UPDATE_TIMESTAMP,
    }
    assert relationships(output, POSTS).keys() == {"tags"}


def test_a_join_stays_one_when_its_timestamps_are_taken_out(
    reflect_ddl: Callable[..., Database],
) -> None:
    removed = ResourceNames(removed=frozenset({"inserted_at", "updated_at"}))
    state = structs.replace(PROJECT, names={Name("public", "posts_tags"): removed})
    output = generate(reflect_ddl(TIMESTAMPS), state=state)
    assert relationships(output, POSTS).keys() == {"tags"}


def test_what_is_generated_follows_the_names_of_the_file(
    reflect_ddl: Callable[..., Database],
) -> None:
    users, posts = Name("public", "users"), Name("public", "posts")
    state = structs.replace(
        PROJECT,
        names={
            users: ResourceNames(
                attributes={"email": "login"},
                relationships={RelationshipId(True, posts, "id", "author_id"): "articles"},
                identities={"users_email_key": "unique_login"},
            ),
            posts: ResourceNames(
                relationships={RelationshipId(False, users, "author_id", "id"): "writer"}
            ),
        },
    )

    output = generate(reflect_ddl(NAMED), state=state)

    user = output.modules["App.Core.User"]
    assert "attribute :login, :string do\n      source :email\n" in user
    assert output.section("App.Core.User", "identities") == "identity :unique_login, [:login]\n"
    assert 'identity_index_names unique_login: "users_email_key"' in user
    assert output.section("App.Core.User", "relationships") == (
        "has_many :articles, App.Core.Post do\n"
        "  destination_attribute :author_id\n"
        "  public? true\n"
        "end\n"
    )
    assert output.section("App.Core.Post", "relationships") == (
        "belongs_to :writer, App.Core.User do\n"
        "  source_attribute :author_id\n"
        "  define_attribute? false\n"
        "  public? true\n"
        "end\n"
    )
