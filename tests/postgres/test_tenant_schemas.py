"""One tenant's schema read for all: its tables have no schema, and nothing keeps its name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.conftest import without_numbers
from tests.postgres.test_tenant_comparison import SHARED, TENANT
from tests.support import reflect

from ash_scaffold.ash.scope import is_skipped
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.facts import facts_of_database, write_facts
from ash_scaffold.postgres.tenant_schemas import (
    TenantSchemas,
    facts_per_tenant,
    sql_of_every_tenant,
    without_schema,
)
from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import Code, ScaffoldError

AUDITS = 'CREATE TABLE audits (id int PRIMARY KEY, post_id bigint REFERENCES "{schema}".posts)'


def read(url: URL, template: str) -> Database:
    tenants = TenantSchemas(template, lambda schema: schema.startswith("tenant_"), is_skipped)
    with read_only(url) as connection:
        return reflect(connection, schemas=("public", template), tenants=tenants)


@pytest.mark.parametrize("template", ["tenant_acme", "other"])
def test_tables_of_the_template_are_there_without_its_schema(
    make_database: Callable[..., URL], template: str
) -> None:
    made = "".join(TENANT.format(schema=name) for name in ("tenant_acme", "tenant_b", "other"))
    url = make_database(
        SHARED, made, AUDITS.format(schema=template), "CREATE TABLE schema_migrations ()"
    )
    database = read(url, template)
    tables = {str(table.name): table.per_tenant for table in database.tables}
    assert tables == {
        "audits": False,
        "emails": True,
        "plans": False,
        "posts": True,
        "schema_migrations": False,
        "users": True,
    }
    assert {
        str(name): each.per_tenant for name, each in database.types.items() if "." not in str(name)
    } == {"place": True, "status": True, "zip": True}
    assert database.template == template
    assert database.schemas == ("public",)
    others = {"tenant_acme", "tenant_b"} - {template}
    assert database.tenant_schemas == tuple(sorted(others))
    assert {name for name, _ in database.other_schemas} == {"other"} - {template}
    # Of the keys to `plans` those of other tenants are left out, and of a schema of no tenant stay.
    outside = {key.table.schema for key in database.outside_foreign_keys}
    assert outside == {"other"} - {template}
    assert {key.target for key in database.table(Name("public", "audits")).foreign_keys} == {
        Name("public", "posts")
    }
    texts = [write_facts(each) for each in facts_of_database(database).values()]
    assert not any(template in text for text in texts)


def test_it_does_not_matter_which_tenant_is_read(make_database: Callable[..., URL]) -> None:
    url = make_database(SHARED, *(TENANT.format(schema=f"tenant_{name}") for name in "ab"))
    first, second = (without_numbers(read(url, f"tenant_{name}")) for name in "ab")
    assert facts_of_database(first) == facts_of_database(second)


def test_facts_of_a_schema_become_those_of_every_tenant(make_database: Callable[..., URL]) -> None:
    url = make_database(SHARED, TENANT.format(schema="tenant_a"))
    with read_only(url) as connection:
        plain = facts_of_database(reflect(connection, schemas=("tenant_a",)))
    made = {
        facts.name: facts for facts in (facts_per_tenant(f, "tenant_a") for f in plain.values())
    }
    del made[Name("public", "schema_migrations")]
    read_so = facts_of_database(read(url, "tenant_a"), made)
    assert made == {name: facts for name, facts in read_so.items() if facts.per_tenant}
    (kept,) = (
        facts_per_tenant(f, "tenant_a", relations=False)
        for n, f in plain.items()
        if n.name == "posts"
    )
    assert kept.name == Name("tenant_a", "posts")
    assert [key.target for key in kept.foreign_keys] == [Name("tenant_a", "users")]


@pytest.mark.parametrize(
    ("ddl", "expected"),
    [
        (
            "CREATE TABLE users ()",
            "The table users is both in tenant_a and in public: code that names no schema can't "
            "tell them apart.",
        ),
        (
            "CREATE TYPE status AS ENUM (); CREATE TABLE states (status status)",
            "The type status is both in tenant_a and in public: code that names no schema can't "
            "tell them apart.",
        ),
    ],
)
def test_a_name_that_public_has_too_is_an_error(
    make_database: Callable[..., URL], ddl: str, expected: str
) -> None:
    url = make_database(SHARED, TENANT.format(schema="tenant_a"), ddl)
    with pytest.raises(ScaffoldError) as caught:
        read(url, "tenant_a")
    (problem,) = caught.value.problems
    assert (problem.code, problem.where, problem.what) == (
        Code.UNKNOWN_NAME,
        "schema of [tenancy]",
        expected,
    )
    assert "Drop or rename the one that is left over" in problem.todo


def test_a_type_of_public_that_no_table_uses_is_no_error(make_database: Callable[..., URL]) -> None:
    url = make_database(SHARED, TENANT.format(schema="tenant_a"), "CREATE TYPE status AS ENUM ()")
    assert read(url, "tenant_a").types[Name("public", "status")].labels == ("open", "closed")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("nextval('t_a.x_id_seq'::regclass)", "nextval('x_id_seq'::regclass)"),
        ("'t_a.x'::text", "'t_a.x'::text"),
        ("'a'::t_a.status", "'a'::status"),
        ('t_a.f(x.t_a, "t_a.y", xt_a.z)', 'f(x.t_a, "t_a.y", xt_a.z)'),
        ("""E: '''t_a.x''' || t_a."F"()""", """E: '''t_a.x''' || "F"()"""),
    ],
)
def test_the_schema_is_taken_out_of_an_expression(sql: str, expected: str) -> None:
    assert without_schema(sql, "t_a") == expected


def test_a_schema_with_odd_characters_is_taken_out() -> None:
    sql = """nextval('"Te''n""a".x'::regclass) + "Te'n""a".f() + 'Te''n"a.x'"""
    assert without_schema(sql, "Te'n\"a") == """nextval('x'::regclass) + f() + 'Te''n"a.x'"""


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        ("(n > 0)", "(n > 0)"),
        ("(status = 'open'::tenant.status)", "(status = 'open')"),
        (
            "(status = ANY (ARRAY['a''b'::tenant.status, 'c\"d'::tenant.\"S t\"]))",
            """(status = ANY ('{"a''b","c\\"d"}'))""",
        ),
        ("(text = 'x::tenant.y'::text)", "(text = 'x::tenant.y'::text)"),
        ('("tenant.x" = 1)', '("tenant.x" = 1)'),
        ("tenant.kept(text)", None),
        ("((n)::tenant.positive > 0)", None),
        ("(a OPERATOR(tenant.=) b)", None),
        ("(a = (ARRAY['x'::tenant.status, b])[1])", "(a = (ARRAY['x', b])[1])"),
    ],
)
def test_a_predicate_is_said_for_every_tenant_or_not_at_all(
    predicate: str, expected: str | None
) -> None:
    assert sql_of_every_tenant(predicate) == expected
