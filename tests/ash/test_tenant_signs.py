"""Where the rows of a database seem to belong to tenants, and where they don't."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ash_scaffold.ash.tenant_signs import tenant_signs
from ash_scaffold.postgres.catalog import Database, Name

Reflect = Callable[..., Database]


def ddl(
    *,
    tenants: str = "organizations",
    having: int = 9,
    others: int = 3,
    not_null: int = 9,
    unique: int = 1,
) -> str:
    """Return tables `t…` with a key to the tenants, and others without one."""
    statements = [f"CREATE TABLE {tenants} (id bigint PRIMARY KEY)"]
    for number in range(having):
        null = "NOT NULL " if number < not_null else ""
        key = ", UNIQUE (org_id, name)" if number < unique else ""
        statements.append(
            f"CREATE TABLE t{number} (id bigint PRIMARY KEY, name text, "
            f"org_id bigint {null}REFERENCES {tenants}{key})"
        )
    statements += [f"CREATE TABLE other{number} (id bigint)" for number in range(others)]
    return ";".join(statements)


def proposed(database: Database) -> bool | None:
    found = tenant_signs(database)
    return None if found is None else found.is_proposed


def test_a_column_of_most_tables_is_proposed_with_the_counts(reflect_ddl: Reflect) -> None:
    found = tenant_signs(reflect_ddl(ddl(not_null=7, unique=2)))
    assert found is not None
    assert (found.column, found.tenants, found.is_proposed) == (
        "org_id",
        Name("public", "organizations"),
        True,
    )
    assert found.text == (
        "9 of 12 tables have org_id, a foreign key to organizations: NOT NULL in 7, in a unique "
        "index or key of 2"
    )


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param(ddl(having=8, others=5), True, id="eight of thirteen"),
        pytest.param(ddl(having=9, others=6), True, id="three in five"),
        pytest.param(ddl(having=9, others=7), False, id="less: only the name is a tenant's"),
        pytest.param(ddl(having=9, others=7, tenants="things"), None, id="less, another name"),
        pytest.param(ddl(having=7, others=0), False, id="seven: only the name is a tenant's"),
        pytest.param(ddl(having=7, others=0, tenants="things"), None, id="seven, another name"),
        pytest.param(ddl(tenants="things"), True, id="the name needn't be a tenant's"),
        pytest.param(ddl(not_null=6), True, id="two in three are NOT NULL"),
        pytest.param(ddl(not_null=5), False, id="fewer are NOT NULL"),
        pytest.param(ddl(unique=0), False, id="nothing is unique in a tenant"),
        pytest.param(ddl(having=5, others=11), False, id="five of sixteen"),
        pytest.param(ddl(having=5, others=12), None, id="five of seventeen"),
        pytest.param(ddl(having=4, others=0), None, id="four"),
    ],
)
def test_how_many_tables_it_takes(
    statements: str, expected: bool | None, reflect_ddl: Reflect
) -> None:
    assert proposed(reflect_ddl(statements)) is expected


@pytest.mark.parametrize("people", ["users", "app_users", "patients", "employees", "people"])
def test_people_are_no_tenants(people: str, reflect_ddl: Reflect) -> None:
    assert proposed(reflect_ddl(ddl(tenants=people))) is None


def test_what_is_no_table_of_the_application_is_not_counted(reflect_ddl: Reflect) -> None:
    database = reflect_ddl(
        ddl(having=8, others=5)
        + "; CREATE TABLE schema_migrations (version bigint); CREATE TABLE oban_jobs (id bigint);"
        "CREATE VIEW v AS SELECT 1 AS one; CREATE TABLE left_out (id bigint)"
    )
    found = tenant_signs(database, {Name("public", "left_out")})
    assert found is not None
    assert (found.tables, found.of, found.is_proposed) == (8, 13, True)


def test_the_tenants_own_column_does_not_count(reflect_ddl: Reflect) -> None:
    database = reflect_ddl(
        ddl(having=8) + "; ALTER TABLE organizations ADD org_id bigint REFERENCES organizations"
    )
    found = tenant_signs(database)
    assert found is not None
    assert (found.tables, found.of) == (8, 11)


def test_of_two_columns_it_is_that_of_more_tables(reflect_ddl: Reflect) -> None:
    more = "; CREATE TABLE sites (id bigint PRIMARY KEY)"
    for number in range(8):
        more += f"; ALTER TABLE t{number} ADD site_id bigint NOT NULL UNIQUE REFERENCES sites"
    found = tenant_signs(reflect_ddl(ddl() + more))
    assert found is not None
    assert found.column == "org_id"
