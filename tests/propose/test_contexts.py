"""Which domain the name of an Ecto schema speaks of."""

from __future__ import annotations

import pytest

from ash_scaffold.legacy.ecto import EctoSchema, Hints
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.propose.contexts import claims


def schema(module: str, table: str = "things") -> EctoSchema:
    context = module.rpartition(".")[0]
    return EctoSchema(
        module=module, table=Name("public", table), path="lib/x.ex", line=1, context=context
    )


@pytest.mark.parametrize(
    ("module", "domain"),
    [
        ("App.Accounts.User", "App.Accounts"),
        ("App.Accounts.Schemas.User", "App.Accounts"),
        ("App.Big.Area.Thing", "App.Big.Area"),
        ("Legacy.Blog.Post", "App.Blog"),
        ("Legacy.Schema.Blog.Post", "App.Schema.Blog"),
        ("App.User", None),
        ("App.Models.User", None),
        ("Legacy.User", None),
        ("User", None),
    ],
)
def test_the_context_is_what_the_name_says_it_belongs_to(module: str, domain: str | None) -> None:
    found = claims(Hints(schemas=(schema(module),)), "App")
    assert {str(table): claim.domain for table, claim in found.items()} == (
        {"things": domain} if domain else {}
    )


def test_a_schema_inside_another_one_belongs_to_the_context_of_that() -> None:
    hints = Hints(
        schemas=(schema("App.Accounts.User", "users"), schema("App.Accounts.User.Token", "tokens"))
    )
    found = claims(hints, "App")
    assert {table: (claim.domain, claim.schema.module) for table, claim in found.items()} == {
        Name("public", "tokens"): ("App.Accounts", "App.Accounts.User.Token"),
        Name("public", "users"): ("App.Accounts", "App.Accounts.User"),
    }
