"""Multitenancy that people write by hand is understood, without a word of the configuration."""

from __future__ import annotations

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

from ash_scaffold.check.run import check
from ash_scaffold.session import SourceOptions

DDL = """
CREATE TABLE organizations (id bigserial PRIMARY KEY);
CREATE TABLE users (
    id bigserial PRIMARY KEY, organization_id bigint NOT NULL REFERENCES organizations,
    email text NOT NULL, login text NOT NULL, badge text,
    UNIQUE (organization_id, id), UNIQUE (organization_id, email), UNIQUE (badge)
);
CREATE UNIQUE INDEX users_login ON users (lower(login), organization_id);
CREATE UNIQUE INDEX users_default ON users (organization_id) WHERE badge IS NULL;
CREATE TABLE projects (
    organization_id bigint NOT NULL REFERENCES organizations, key text, owner_id bigint,
    PRIMARY KEY (organization_id, key),
    CONSTRAINT projects_owner FOREIGN KEY (organization_id, owner_id)
        REFERENCES users (organization_id, id)
);
"""
USER, PROJECT = "lib/shop/sales/user.ex", "lib/shop/sales/project.ex"
SECTION = (
    "  attributes do\n",
    "  multitenancy do\n    strategy :attribute\n    attribute :organization_id\n  end\n\n"
    "  attributes do\n",
)
UNWRITABLE = (
    "attribute :organization_id, :integer do\n",
    "attribute :organization_id, :integer do\n      writable? false\n",
)
IDENTITIES = (
    (
        "identity :organization_id_email, [:organization_id, :email]",
        "identity :email, [:email]",
    ),
    ('organization_id_email: "', 'email: "'),
    ("identity :organization_id_id, [:organization_id, :id]", "identity :id, [:id]"),
    ('organization_id_id: "', 'id: "'),
    (
        "\n\n    identity :organization_id, [:organization_id] do\n"
        "      where expr(is_nil(badge))\n    end",
        "",
    ),
    (',\n                         organization_id: "users_default"', ""),
    ('    identity_wheres_to_sql organization_id: "(badge IS NULL)"\n\n', ""),
    (
        'unique_index_names [{[:organization_id, :login], "users_login"}]',
        'unique_index_names [{[:login], "users_login"}, {[:badge], "users_default"}]',
    ),
)
ALL_TENANTS = (
    "identity :badge, [:badge]\n",
    "identity :badge, [:badge] do\n      all_tenants? true\n    end\n",
)


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    """A project whose resources of tenants people have written so."""
    made = make_shop(DDL)
    made.run()
    made.edit(USER, SECTION, UNWRITABLE, *IDENTITIES, ALL_TENANTS)
    made.edit(
        PROJECT,
        SECTION,
        UNWRITABLE,
        ("      filter expr(organization_id == parent(organization_id))\n", ""),
        (
            "    migrate? false\n",
            '    migrate? false\n\n    unique_index_names [{[:key], "projects_pkey"}]\n',
        ),
    )
    return made


def found(shop: Shop) -> list[tuple[str, str, str]]:
    report = check(SourceOptions(folder=shop.root, url=shop.url))
    return [(each.severity.value, each.table, each.kind) for each in report.findings if each.table]


def test_what_is_right_is_no_finding(shop: Shop) -> None:
    assert found(shop) == []
    before = shop.read(USER), shop.read(PROJECT)
    done = shop.run()
    assert (shop.read(USER), shop.read(PROJECT)) == before
    rests(shop, done)
    assert found(shop) == []


def test_an_index_over_all_tenants_needs_an_identity_over_all(shop: Shop) -> None:
    shop.edit(USER, ALL_TENANTS[::-1])
    report = check(SourceOptions(folder=shop.root, url=shop.url))
    (finding,) = (each for each in report.findings if each.table)
    assert (finding.severity.value, finding.table, finding.object, finding.what) == (
        "error",
        "users",
        "users_badge_key",
        "The identity badge is over one tenant, and its index users_badge_key over all: an upsert "
        "by it fails without all_tenants? true.",
    )
    assert finding.accept[0] == "users.identities.badge.all_tenants?"


def test_an_identity_over_all_tenants_needs_an_index_over_all(shop: Shop) -> None:
    shop.edit(
        USER,
        (
            "identity :email, [:email]\n",
            "identity :email, [:email] do\n      all_tenants? true\n    end\n",
        ),
    )
    assert found(shop) == [("error", "users", "keys differ")]


def test_a_tenant_that_may_be_null_is_one(shop: Shop) -> None:
    shop.sql("ALTER TABLE users ALTER organization_id DROP NOT NULL")
    assert ("warning", "users", "tenant column is nullable") in found(shop)


def test_a_column_that_is_not_the_tenant_s_is_writable_as_ever(shop: Shop) -> None:
    shop.edit(
        USER,
        (
            "    attribute :badge, :string do\n",
            "    attribute :badge, :string do\n      writable? false\n",
        ),
    )
    assert found(shop) == [("warning", "users", "writable? differs")]


def test_a_key_that_is_not_the_tenant_s_is_needed(shop: Shop) -> None:
    shop.edit(PROJECT, ("strategy :attribute\n    attribute :organization_id", "strategy :context"))
    assert ("warning", "projects", "filter differs") in found(shop)


CONFIG = """[tenancy]
strategy = "attribute"
column = "organization_id"
tenants = "organizations"
"""


def test_a_table_of_tenants_without_the_section_shows_the_rows_of_all(make_shop: MakeShop) -> None:
    shop = make_shop(DDL)
    shop.write({"ash_scaffold.toml": CONFIG})
    shop.run()
    assert found(shop) == []
    text = shop.read(USER)
    shop.edit(USER, (SECTION[1], SECTION[0]))
    report = check(SourceOptions(folder=shop.root, url=shop.url))
    (finding,) = (each for each in report.findings if each.kind == "multitenancy differs")
    assert (finding.severity.value, finding.table, finding.what, finding.accept) == (
        "error",
        "users",
        "The rows belong to tenants by :organization_id, and the resource says nothing of them: it "
        "shows the rows of all.",
        ("users.postgres.multitenancy",),
    )
    shop.write({USER: text})
    assert found(shop) == []


def test_a_tenant_s_column_that_became_nullable_is_told(make_shop: MakeShop) -> None:
    shop = make_shop(DDL)
    shop.write({"ash_scaffold.toml": CONFIG})
    shop.run()
    shop.sql("ALTER TABLE users ALTER organization_id DROP NOT NULL")
    assert ("warning", "users", "tenant column is nullable") in found(shop)
