"""The digest by which a run tells a change of configuration from one of the tool's version."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.config.match import Resolver
from ash_scaffold.config.options import (
    ColumnConfig,
    Config,
    DomainConfig,
    RelationshipConfig,
    TableConfig,
    TenancyConfig,
)
from ash_scaffold.generate.modules import config_digest
from ash_scaffold.postgres.catalog import Column, Name, Table
from ash_scaffold.postgres.facts import facts_of
from ash_scaffold.postgres.type_text import read_type

USERS = Name("public", "users")
DOMAIN = "App.Accounts"
FACTS = facts_of(Table(name=USERS, columns=(Column(name="email", type=read_type("text")),)), {})

# A value for each option that decides the text of a table's resource.
IN_FILE: dict[str, object] = {
    "actions": "read",
    "use": "App.Resource",
    "extensions": ("App.Audit",),
    "owned_by_ash": ("users",),
    "legacy_types": False,
    "messages": "ash",
    "embeds": "resources",
    "tenancy": TenancyConfig(strategy="attribute", column="team_id", tenants="teams"),
    "columns": {"*.email": ColumnConfig(public=True)},
    "types": {"text": ":ci_string"},
    "tables": {"users": TableConfig(actions="none")},
    "domains": {DOMAIN: DomainConfig(actions="none")},
}
IN_DOMAIN: dict[str, object] = {"actions": "read", "embeds": "resources"}
IN_TABLE: dict[str, object] = {
    "resource": "Person",
    "exclude": True,
    "actions": "read",
    "primary_key": ("email",),
    "use": "App.Resource",
    "extensions": ("App.Audit",),
    "partitions": True,
    "description": "People",
    "embeds": "resources",
    "tenancy": "team_id",
    "columns": {"email": ColumnConfig(public=True)},
    "relationships": {"team": RelationshipConfig(columns=("email",), target="teams")},
}
IN_TENANCY: dict[str, object] = {
    "strategy": "context",
    "column": "team_id",
    "tenants": "teams",
    "except_tables": ("users",),
}
IN_COLUMN: dict[str, object] = {
    "name": "mail",
    "type": ":ci_string",
    "legacy_type": False,
    "embeds": "resources",
    "constraints": {"max_length": 5},
    "public": True,
    "sensitive": True,
    "exclude": True,
    "enum": ("a", "b"),
}
# The others, with the reason why the digest does without them.
LEFT_OUT = {
    Config: {
        "repo": "the digest has the project's repo",
        "url": "where the database is",
        "dump": "where the database is",
        "out": "where files are, not their text",
        "templates": "the old facts are rendered with the templates of today, too",
        "schemas": "which tables there are",
        "exclude": "which tables there are",
        "resource_namespace": "names of modules: the old facts are rendered with today's",
        "layout": "which file holds the text",
        "legacy": "the digest has what the legacy code says",
        "accept": "which conflicts are reported",
        "verify": "where `verify` may write",
        "behaviour": "changeset functions, of which no resource is made",
    },
    DomainConfig: {
        "tables": "the digest has the table's domain",
        "resource_namespace": "names of modules: the old facts are rendered with today's",
        "adopt_context": "which file holds the domain",
    },
    TableConfig: {"renamed_from": "the facts have the rename"},
    TenancyConfig: {
        "schema": "one of schemas that are alike; the facts say which tables it has",
        "schemas": "schemas of tenants that are compared with the one that is read",
    },
    ColumnConfig: {"renamed_from": "the facts have the rename"},
}
DECIDING = {
    Config: IN_FILE,
    DomainConfig: IN_DOMAIN,
    TableConfig: IN_TABLE,
    TenancyConfig: IN_TENANCY,
    ColumnConfig: IN_COLUMN,
}


def config(options: msgspec.Struct) -> Config:
    match options:
        case ColumnConfig():
            return config(TableConfig(columns={"email": options}))
        case TableConfig():
            return Config(tables={"users": options})
        case TenancyConfig():
            return Config(tenancy=options)
        case DomainConfig():
            return Config(domains={DOMAIN: options})
    assert isinstance(options, Config)
    return options


def digest(options: msgspec.Struct) -> str:
    state = ProjectState(app="App", repo="App.Repo")
    return config_digest(FACTS, DOMAIN, state, Resolver(config(options)))


@pytest.mark.parametrize("kind", DECIDING, ids=lambda kind: kind.__name__)
def test_every_option_is_in_the_digest_or_left_out_for_a_reason(kind: Any) -> None:
    assert {*DECIDING[kind], *LEFT_OUT[kind]} == set(kind.__struct_fields__)


@pytest.mark.parametrize(
    ("kind", "option"),
    [(kind, option) for kind, options in DECIDING.items() for option in options],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_an_option_that_decides_the_text_changes_the_digest(kind: Any, option: str) -> None:
    plain = kind(strategy="attribute") if kind is TenancyConfig else kind()
    assert digest(replace(plain, **{option: DECIDING[kind][option]})) != digest(plain)
