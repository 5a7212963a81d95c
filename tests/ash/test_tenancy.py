"""Which tables are of tenants, and why the others aren't."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from tests.ash.test_legacy import ALL, association, project, schema
from tests.support import generate

from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.ash.tenancy import plan_tenancy
from ash_scaffold.config import Resolver, parse_config
from ash_scaffold.postgres.catalog import Database, Name

Reflect = Callable[..., Database]

CONFIG = """
[tenancy]
strategy = "attribute"
column = "team_id"
tenants = "teams"
except = ["audit_*"]
"""
TEAMS = "CREATE TABLE teams (id bigserial PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams);"


def decided(database: Database, config: str = "") -> dict[str, str]:
    tenancy = plan_tenancy(database, Resolver(parse_config(CONFIG + config)))
    assert tenancy is not None
    return {str(table): each.text for table, each in tenancy.tables.items()}


def test_without_a_word_of_it_nothing_is_decided(reflect_ddl: Reflect) -> None:
    assert plan_tenancy(reflect_ddl(TEAMS), Resolver(parse_config(""))) is None


def test_a_column_that_is_never_null_with_a_key_to_the_tenants(reflect_ddl: Reflect) -> None:
    database = reflect_ddl(
        TEAMS
        + """
        CREATE TABLE users (id bigserial PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams);
        CREATE TABLE posts (id bigserial PRIMARY KEY, team_id bigint REFERENCES teams);
        CREATE TABLE stats (id bigserial PRIMARY KEY, team_id bigint NOT NULL);
        CREATE TABLE kinds (id bigserial PRIMARY KEY, name text);
        CREATE TABLE audit_log (id bigserial PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams);
        CREATE TABLE sums (
          id bigint PRIMARY KEY, team_id bigint GENERATED ALWAYS AS (id / 10) STORED NOT NULL
            REFERENCES teams
        );
        CREATE VIEW members AS SELECT * FROM users;
        """
    )

    assert decided(database) == {
        "audit_log": "global: excepted",
        "kinds": "global: no column",
        "members": "global: view",
        "posts": "global: nullable",
        "stats": "global: no key",
        "sums": "global: generated",
        "teams": "global: the tenants",
        "users": "tenant",
    }


def test_a_table_may_say_otherwise(reflect_ddl: Reflect) -> None:
    database = reflect_ddl(
        TEAMS
        + """
        CREATE TABLE users (id bigserial PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams);
        CREATE TABLE posts (id bigserial PRIMARY KEY, owner_id bigint NOT NULL REFERENCES teams);
        CREATE TABLE stats (id bigserial PRIMARY KEY, team_id bigint NOT NULL);
        CREATE TABLE tags (id bigserial PRIMARY KEY, team_id bigint);
        CREATE TABLE audit_log (id bigserial PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams);
        CREATE VIEW members AS SELECT * FROM users;
        """
    )
    said = """
    tables.users.tenancy = false
    tables.posts.tenancy = "owner_id"
    tables.stats.tenancy = "team_id"
    tables.tags.tenancy = "team_id"
    tables.audit_log.tenancy = "team_id"
    tables.members.tenancy = "team_id"
    """

    # The options of [tenancy] end where the first of these begins.
    assert decided(database, f"[tables]\n{said.replace('tables.', '')}") == {
        "audit_log": "tenant",
        "members": "tenant",
        "posts": "tenant",
        "stats": "tenant",
        "tags": "global: nullable",
        "teams": "global: the tenants",
        "users": "global: excepted",
    }


def test_a_key_of_several_columns_leads_there_by_way_of_its_table(reflect_ddl: Reflect) -> None:
    database = reflect_ddl(
        TEAMS
        + """
        CREATE TABLE users (
          team_id bigint REFERENCES teams, id bigint, PRIMARY KEY (team_id, id)
        );
        CREATE TABLE posts (
          id bigserial PRIMARY KEY, team_id bigint NOT NULL, user_id bigint,
          FOREIGN KEY (team_id, user_id) REFERENCES users
        );
        CREATE TABLE kinds (team_id bigint, id bigint, PRIMARY KEY (team_id, id));
        CREATE TABLE marks (
          id bigserial PRIMARY KEY, team_id bigint NOT NULL, kind_id bigint,
          FOREIGN KEY (team_id, kind_id) REFERENCES kinds
        );
        """
    )

    assert decided(database) == {
        "kinds": "global: no key",
        "marks": "global: no key",
        "posts": "tenant",
        "teams": "global: the tenants",
        "users": "tenant",
    }


def test_a_relationship_of_the_configuration_is_a_key(reflect_ddl: Reflect) -> None:
    database = reflect_ddl(
        TEAMS + "CREATE TABLE users (id bigserial PRIMARY KEY, team_id bigint NOT NULL);"
    )
    key = '[tables.users.relationships.team]\ncolumns = ["team_id"]\ntarget = "teams"\n'

    (users,) = (
        item
        for item in generate(database, CONFIG + key).plan.resources
        if item.draft.name.name == "users"
    )

    assert users.draft.tenancy is not None
    assert users.draft.tenancy.text == "tenant"
    assert users.resource.tenant == "team_id"


def test_a_column_without_an_attribute_says_nothing(reflect_ddl: Reflect) -> None:
    database = reflect_ddl(
        TEAMS
        + "CREATE TABLE users (id bigserial PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams);"
    )

    output = generate(database, CONFIG + "[tables.users.columns.team_id]\nexclude = true\n")

    (users,) = (item for item in output.plan.resources if item.draft.name.name == "users")
    assert users.draft.tenancy is not None
    assert users.draft.tenancy.text == "global: no attribute"
    assert users.resource.multitenancy is None


def test_what_legacy_code_joins_by_keys_that_carry_the_tenant(reflect_ddl: Reflect) -> None:
    database = reflect_ddl(
        TEAMS
        + """
        CREATE TABLE users (
          id bigint PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams, UNIQUE (team_id, id)
        );
        CREATE TABLE roles (
          id bigint PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams, UNIQUE (team_id, id)
        );
        CREATE TABLE grants (
          id bigint PRIMARY KEY, team_id bigint NOT NULL, user_id bigint, role_id bigint, why text,
          FOREIGN KEY (team_id, user_id) REFERENCES users (team_id, id),
          FOREIGN KEY (team_id, role_id) REFERENCES roles (team_id, id)
        );
        """
    )
    users, roles = Name("public", "users"), Name("public", "roles")
    granted = replace(
        association("granted", RelationshipKind.MANY_TO_MANY, roles, "id", "id"),
        through=Name("public", "grants"),
        through_own="user_id",
        through_target="role_id",
    )

    output = generate(database, CONFIG + ALL, state=project(schema(users, granted)))

    (found,) = (each for each in output.plan.resources if each.draft.name == users)
    assert [each.name for each in found.resource.relationships if each.through] == ["granted"]
