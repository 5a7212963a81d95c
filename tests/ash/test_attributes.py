"""Attributes of columns that triggers fill."""

from __future__ import annotations

from collections.abc import Callable

from tests.support import generate

from ash_scaffold.postgres.catalog import Database

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
