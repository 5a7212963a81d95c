"""Rows whose key leads to another tenant, and the schema that is read where each tenant has one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support import reflect
from tests.verify.recording import RECORDED, told
from tests.verify.recording import answers as recorded

from ash_scaffold.ash.plan import plan
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.scope import Options
from ash_scaffold.config import Config, Resolver, TenancyConfig
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.engine import sqlalchemy_connection
from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import ScaffoldError, Severity
from ash_scaffold.verify.answers import Answers, CompiledAnswer, ProjectAnswer, ResourceAnswer
from ash_scaffold.verify.report import Kind
from ash_scaffold.verify.resources import check_resources, expect
from ash_scaffold.verify.rows import check_rows
from ash_scaffold.verify.run import _tenant
from ash_scaffold.verify.tenants import count_other_tenants, tenant_keys

Reflect = Callable[..., Database]

TENANTS_DDL = (RECORDED / "tenants.sql").read_text()
DDL = (
    "CREATE TABLE orgs (id bigint PRIMARY KEY)",
    "CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint NOT NULL REFERENCES orgs, "
    "boss_id bigint REFERENCES users, UNIQUE (org_id, id))",
    'CREATE TABLE notes (id bigint PRIMARY KEY, "the org" bigint NOT NULL REFERENCES orgs, '
    'user_id bigint REFERENCES users, editor_id bigint, FOREIGN KEY ("the org", editor_id) '
    "REFERENCES users (org_id, id))",
    "CREATE TABLE logs (id bigint PRIMARY KEY, user_id bigint REFERENCES users)",
    "INSERT INTO orgs VALUES (1), (2)",
    "INSERT INTO users VALUES (1, 1, NULL), (2, 1, 1), (3, 2, 1), (4, 2, 3)",
    "INSERT INTO notes VALUES (1, 1, 1, 1), (2, 1, 3, 2), (3, 2, 2, 3), (4, 2, NULL, NULL)",
    "INSERT INTO logs VALUES (1, 1), (2, 3)",
)
TENANTS = {"users": "org_id", "notes": "the org"}


def answers(tenants: dict[str, str]) -> Answers:
    return Answers(
        project=ProjectAnswer(elixir="1.18.3", otp="27", ash="3.37.2", ash_postgres="2.15.2"),
        compiled=CompiledAnswer(status="ok"),
        domains=(),
        resources=tuple(
            ResourceAnswer(
                module=f"App.{table.title()}",
                domain="App",
                file=f"{table}.ex",
                schema="public",
                table=table,
                repo="App.Repo",
                migrate=False,
                strategy="attribute" if table in tenants else None,
                tenant=tenants.get(table),
                attributes=(),
            )
            for table in ("logs", "notes", "orgs", "users")
        ),
    )


def test_rows_that_refer_to_another_tenant_are_counted(
    make_database: Callable[..., URL],
) -> None:
    with (
        read_only(make_database(*DDL)) as session,
        sqlalchemy_connection(session) as connection,
    ):
        keys = list(tenant_keys(answers(TENANTS), reflect(session)))
        found = list(count_other_tenants(connection, keys))
    # What has no tenant of its own, and a key that has the tenant in it, lead to no other.
    assert [each.key.name for each in keys] == ["notes_user_id_fkey", "users_boss_id_fkey"]
    assert [(each.table, each.object, each.kind, each.severity, each.what) for each in found] == [
        (
            "notes",
            "user_id",
            Kind.OTHER_TENANT,
            Severity.WARNING,
            "2 rows refer to a row of another tenant by the foreign key notes_user_id_fkey to "
            "users: Ash loads nothing by it.",
        ),
        (
            "users",
            "boss_id",
            Kind.OTHER_TENANT,
            Severity.WARNING,
            "1 row refers to a row of another tenant by the foreign key users_boss_id_fkey to "
            "users: Ash loads nothing by it.",
        ),
    ]


def test_without_tenants_there_is_nothing_to_count(make_database: Callable[..., URL]) -> None:
    with read_only(make_database(*DDL)) as session:
        assert list(tenant_keys(answers({}), reflect(session))) == []


def database(template: str, *others: str) -> Database:
    return Database(
        server_version=150000,
        schemas=("public",),
        tables=(),
        types={},
        template=template,
        tenant_schemas=others,
    )


@pytest.mark.parametrize(
    ("named", "given", "expected"),
    [
        (None, database(""), None),
        (None, database("tenant_a", "tenant_b"), "tenant_a"),
        ("tenant_b", database("tenant_a", "tenant_b"), "tenant_b"),
        ("tenant_a", database("tenant_a"), "tenant_a"),
    ],
)
def test_the_schema_of_the_template_is_read_or_the_one_that_is_named(
    named: str | None, given: Database, expected: str | None
) -> None:
    assert _tenant(named, given) == expected


def test_a_schema_that_is_no_tenant_s_is_told_with_the_nearest() -> None:
    with pytest.raises(ScaffoldError) as raised:
        _tenant("tenant_c", database("tenant_a", "other"))
    (problem,) = raised.value.problems
    assert (problem.where, problem.what) == (
        "--tenant",
        "There is no schema tenant_c of a tenant.",
    )
    assert "tenant_a" in problem.todo


def test_a_tenant_without_schemas_of_tenants_is_refused() -> None:
    with pytest.raises(ScaffoldError) as raised:
        _tenant("tenant_a", database(""))
    (problem,) = raised.value.problems
    assert (problem.where, problem.code.value) == ("--tenant", "usage")


def found(name: str, database: Database) -> list[tuple[str, str, str, str]]:
    """What a recorded run on real Ash gives, as `[tenancy]` has it."""
    config = Config(
        tenancy=TenancyConfig(
            strategy="attribute", column="organization_id", tenants="organizations"
        )
    )
    decided = plan(
        database,
        ProjectState(app="Shop", repo="Shop.Repo"),
        Resolver(config),
        Options(domain="Shop.Sales"),
    )
    run = recorded(name)
    return told([*check_resources(run, expect(decided, database)), *check_rows(run, database)])


def test_what_is_generated_for_tenants_gives_nothing_to_report(reflect_ddl: Reflect) -> None:
    run = recorded("tenants")
    assert [(row.module, row.read) for row in run.rows] == [
        ("Shop.Sales.Note", 3),
        ("Shop.Sales.Organization", 2),
        ("Shop.Sales.Settings", 3),
        ("Shop.Sales.User", 4),
    ]
    assert [(each.module, each.written, each.failures) for each in run.writes] == [
        ("Shop.Sales.Note", 3, ()),
        ("Shop.Sales.Organization", 2, ()),
        ("Shop.Sales.Settings", 3, ()),
        ("Shop.Sales.User", 4, ()),
    ]
    assert found("tenants", reflect_ddl(TENANTS_DDL)) == []


def test_what_people_took_out_is_told(reflect_ddl: Reflect) -> None:
    assert found("tenants_wrong", reflect_ddl(TENANTS_DDL)) == [
        (
            "error",
            "tenant",
            "settings",
            "The rows belong to tenants by :organization_id, and the resource says nothing of "
            "them: it shows the rows of all.",
        ),
        (
            "error",
            "identity",
            "users",
            "The identity badge is over one tenant, and its index users_badge_key over all: an "
            "upsert by it fails without all_tenants? true.",
        ),
    ]
