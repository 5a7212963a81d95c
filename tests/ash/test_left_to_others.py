"""What triggers fill, and names that a person's file gives."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs
from tests.support import PROJECT, generate

from ash_scaffold.ash.project_state import ResourceNames
from ash_scaffold.ash.relationship_id import RelationshipId
from ash_scaffold.postgres.catalog import Database, Name

TRIGGERS = """
CREATE TABLE posts (
    id bigserial PRIMARY KEY, title text, slug text NOT NULL, search tsvector NOT NULL,
    inserted_at timestamp NOT NULL
);
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.slug := lower(NEW.title); NEW.inserted_at := now(); RETURN NEW; END $$;
CREATE TRIGGER a BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION fill();
CREATE TRIGGER b BEFORE INSERT OR UPDATE ON posts FOR EACH ROW
    EXECUTE FUNCTION tsvector_update_trigger(search, 'pg_catalog.english', title);
"""

NAMED = """
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE posts (id bigserial PRIMARY KEY, author_id bigint REFERENCES users);
"""


def test_what_a_trigger_fills_is_left_to_it(reflect_ddl: Callable[..., Database]) -> None:
    output = generate(reflect_ddl(TRIGGERS))

    assert output.section("App.Core.Post", "attributes") == (
        "integer_primary_key :id\n"
        "\n"
        "attribute :title, :string do\n"
        "  public? true\n"
        "  constraints trim?: false, allow_empty?: true\n"
        "end\n"
        "\n"
        "attribute :slug, :string do\n"
        "  allow_nil? false\n"
        "  public? true\n"
        "  generated? true\n"
        "  constraints trim?: false, allow_empty?: true\n"
        "end\n"
        "\n"
        "attribute :search, AshPostgres.Tsvector do\n"
        "  allow_nil? false\n"
        "  public? true\n"
        "  generated? true\n"
        "end\n"
        "\n"
        "attribute :inserted_at, :utc_datetime_usec do\n"
        "  allow_nil? false\n"
        "  public? true\n"
        "  generated? true\n"
        "end\n"
    )


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
