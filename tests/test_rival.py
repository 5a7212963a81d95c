"""What makes other generators of Ash resources fail on real databases does not fail here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support import Output, generate

from ash_scaffold.postgres.catalog import Database

Ddl = Callable[..., Database]


@pytest.fixture
def core(reflect_ddl: Ddl) -> Callable[..., Output]:
    """Give `core(ddl, schemas) -> Output`: what comes of it in the domain `App.Core`."""

    def make(ddl: str, schemas: tuple[str, ...] = ("public",)) -> Output:
        return generate(reflect_ddl(ddl, schemas=schemas))

    return make


def attributes(output: Output, module: str) -> dict[str, object]:
    """Return the type of each attribute of a resource, as it is written."""
    (resource,) = (i.resource for i in output.plan.resources if i.resource.module == module)
    return {a.name: getattr(a.type, "name", a.type) for a in resource.attributes}


def test_strings_are_neither_trimmed_nor_turned_into_nil(core: Callable[..., Output]) -> None:
    output = core("CREATE TABLE posts (id bigserial PRIMARY KEY, title varchar(9), body text)")
    found = output.section("App.Core.Post", "attributes")
    assert found.count("trim?: false, allow_empty?: true") == 2


def test_a_json_column_may_hold_lists_and_scalars(core: Callable[..., Output]) -> None:
    output = core("CREATE TABLE posts (id bigserial PRIMARY KEY, a json, b jsonb)")
    found = attributes(output, "App.Core.Post")
    assert (found["a"], found["b"]) == ("App.Types.Json", "App.Types.Json")
    assert "defmodule App.Types.Json do" in output.modules["App.Types.Json"]


def test_floats_are_floats(core: Callable[..., Output]) -> None:
    output = core("CREATE TABLE posts (id bigserial PRIMARY KEY, a float8 DEFAULT 1.5, b real)")
    assert attributes(output, "App.Core.Post") == {"id": "integer", "a": "float", "b": "float"}
    assert "default 1.5\n" in output.section("App.Core.Post", "attributes")


def test_no_column_is_lost_for_its_type(core: Callable[..., Output]) -> None:
    output = core("""
        CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE DOMAIN code AS text CHECK (VALUE <> '');
        CREATE TABLE posts (
          id bigserial PRIMARY KEY, mood mood, code code, letters char(3), ratio real, address inet,
          pause interval, whole int4[], wide int8[], days daterange, slots int4range, at tsrange)
    """)
    assert list(attributes(output, "App.Core.Post")) == (
        "id mood code letters ratio address pause whole wide days slots at".split()
    )
    assert output.problems() == []


def test_unique_indexes_of_every_form_are_known(core: Callable[..., Output]) -> None:
    output = core("""
        CREATE TABLE posts (id bigserial PRIMARY KEY, a text, b text, gone boolean);
        CREATE UNIQUE INDEX partial ON posts (a) WHERE NOT gone;
        CREATE UNIQUE INDEX covering ON posts (b) INCLUDE (a);
        CREATE UNIQUE INDEX opclass ON posts (a text_pattern_ops, b);
        CREATE UNIQUE INDEX expression ON posts (lower(a))
    """)
    found = output.section("App.Core.Post", "postgres")
    assert [name for name in ("partial", "covering", "opclass") if f'"{name}"' not in found] == []
    assert '{[:a], "expression"}' in found
    assert output.section("App.Core.Post", "identities") == (
        "identity :b, [:b]\n"
        "\n"
        "identity :a_b, [:a, :b]\n"
        "\n"
        "identity :a, [:a] do\n"
        "  where expr(not gone)\n"
        "end\n"
    )


def test_a_mixed_case_table_keeps_its_name(core: Callable[..., Output]) -> None:
    output = core('CREATE TABLE "BlogPost" (id bigserial PRIMARY KEY, "createdAt" timestamptz)')
    assert 'table "BlogPost"\n' in output.section("App.Core.BlogPost", "postgres")
    assert "source :createdAt\n" in output.section("App.Core.BlogPost", "attributes")


def test_a_column_may_have_any_name(core: Callable[..., Output]) -> None:
    output = core('CREATE TABLE posts (id bigserial PRIMARY KEY, "_-1d" text)')
    assert 'source :"_-1d"\n' in output.section("App.Core.Post", "attributes")


def test_tables_that_singularise_alike_have_a_module_each(core: Callable[..., Output]) -> None:
    output = core(
        "CREATE TABLE person (id int PRIMARY KEY); CREATE TABLE people (id int PRIMARY KEY)"
    )
    assert sorted(output.modules) == [
        "App.Core",
        "App.Core.People",
        "App.Core.Person",
        "App.Types.Int4",
    ]


def test_one_name_in_two_schemas_is_two_resources(core: Callable[..., Output]) -> None:
    output = core(
        "CREATE SCHEMA billing; CREATE TABLE users (id bigserial PRIMARY KEY);"
        "CREATE TABLE billing.users (id bigserial PRIMARY KEY)",
        ("public", "billing"),
    )
    assert sorted(output.modules) == ["App.Core", "App.Core.BillingUser", "App.Core.User"]
    assert 'schema "billing"\n' in output.section("App.Core.BillingUser", "postgres")


@pytest.mark.parametrize(
    ("key", "foreign"),
    [
        ("posts_pkey", "fk_rails_1234567890"),
        ("Post_pkey", "Post_authorId_fkey"),
        ("PK_be5fda3aac270b134ff9c21cdee", "FK_1234567890"),
    ],
    ids=["rails", "prisma", "typeorm"],
)
def test_constraints_are_known_by_the_names_they_have(
    core: Callable[..., Output], key: str, foreign: str
) -> None:
    output = core(f"""
        CREATE TABLE authors (id bigserial PRIMARY KEY);
        CREATE TABLE posts (
          id bigint CONSTRAINT "{key}" PRIMARY KEY,
          author_id bigint CONSTRAINT "{foreign}" REFERENCES authors)
    """)
    child = output.section("App.Core.Post", "postgres")
    assert f'reference :author do\n    name "{foreign}"\n' in child
    assert (f'{{[:id], "{key}"}}' in child) is (key != "posts_pkey")
    parent = output.section("App.Core.Author", "postgres")
    assert f'foreign_key_names [{{:id, "{foreign}", "would leave records behind"}}]' in parent


def test_a_partitioned_table_has_the_resource_and_not_its_partitions(
    core: Callable[..., Output],
) -> None:
    output = core("""
        CREATE TABLE events (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
    """)
    assert sorted(output.modules) == ["App.Core", "App.Core.Event"]
    assert '{[:id, :day], "events_1_pkey"}' in output.section("App.Core.Event", "postgres")
