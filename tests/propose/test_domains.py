"""Proposed domains and their names."""

from __future__ import annotations

import pytest

from ash_scaffold.legacy.ecto import EctoSchema, Hints
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.propose.domains import DomainNames, candidates, centre, claims
from ash_scaffold.propose.ties import Tie


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


def n(name: str) -> Name:
    return Name("public", name)


@pytest.mark.parametrize(
    ("tables", "found", "expected"),
    [
        ("film actor film_actor", [("film_actor", "film"), ("film_actor", "actor")], "Actors"),
        ("film language", [("film", "language")], "Languages"),
        ("users tokens", [("tokens", "users")], "Accounts"),
        ("active_storage_blobs active_storage_files", [], "ActiveStorage"),
        ("orders order_items", [], "Orders"),
        ("BackgroundJob BackgroundJobTask", [], "BackgroundJobs"),
        ("weird-name zz", [], "Zzes"),
    ],
)
def test_a_group_is_named_after_its_centre_or_what_all_begin_with(
    tables: str, found: list[tuple[str, str]], expected: str
) -> None:
    order = centre(
        [n(name) for name in tables.split()], [Tie(n(a), n(b), 1, "", "") for a, b in found]
    )
    assert next(iter(candidates(order))) == expected


def test_domains_take_no_name_that_is_taken_or_full() -> None:
    modules = {"App.Users", "App.Posts", "App.Posts.Domain"}
    names = DomainNames("App", ["App.Orders"], modules)
    assert [
        names.take("Users"),
        names.take("Users", "Tokens"),
        names.take("orders", "Orders", "Items"),
        names.take("Types", "Repo"),
        names.of_context("App.Posts"),
        names.of_context("App.Blog"),
    ] == ["App.Users", "App.Tokens", "App.Items", "App.Repo2", "App.PostsDomain", "App.Blog"]
