"""The facts of each table for the move: put together of catalog, legacy code, project and check."""

from __future__ import annotations

from pathlib import Path

from tests.actions.acting import ACTIONS, CONTEXT, DDL, LEGACY, SCHEMA, act
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop

from ash_scaffold.move.facts import MoveFacts, TableMove
from ash_scaffold.move.read import read_facts
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.session import SourceOptions


def facts(shop: Shop) -> MoveFacts:
    return read_facts(SourceOptions(folder=Path(shop.root), url=shop.url, environment={}))


def of_users(shop: Shop) -> TableMove:
    return facts(shop).tables[Name("public", "users")]


def places(users: TableMove) -> list[tuple[str, str, int]]:
    return [(each.module, each.kind, each.line) for each in users.user_modules]


def test_a_table_has_its_schemas_users_changesets_and_context_functions(
    make_shop: MakeShop,
) -> None:
    users = of_users(make_shop(DDL, LEGACY))
    assert [(each.module, each.path, each.line) for each in users.schemas] == [
        ("Legacy.User", SCHEMA, 1)
    ]
    assert places(users) == [("Legacy.User", "schema", 1), ("Legacy.Users", "module", 5)]
    assert [
        (each.label, each.calls, each.counterparts, each.copied, each.planned, each.refused)
        for each in users.changesets
    ] == [
        ("Legacy.User.changeset/2", 4, 3, 1, 2, ""),
        ("Legacy.User.rename_changeset/2", 2, 2, 0, 1, ""),
        (
            "Legacy.User.unused_changeset/2",
            1,
            0,
            0,
            0,
            "no call was found that inserts or updates with it, so the kind of its action is not "
            "known",
        ),
    ]
    assert [(each.function, each.kind.value) for each in users.context_functions] == [
        ("create_user", "create"),
        ("get_user!", "get"),
        ("rename_user", "update"),
        ("update_user", "update"),
    ]
    assert users.domain == "Shop.Sales"
    assert not users.has_resource
    assert users.resource is not None
    assert users.resource.module == "Shop.Sales.User"


def test_after_resources_and_actions_it_says_what_is_there_and_what_keeps_ash_from_owning_it(
    make_shop: MakeShop,
) -> None:
    shop = make_shop(DDL, LEGACY)
    shop.run()
    act(shop)
    users = of_users(shop)
    assert users.has_resource
    assert [each.of.function for each in users.changesets if each.is_carried_over] == [
        "changeset",
        "rename_changeset",
    ]
    assert sorted((each.kind, each.name, each.path) for each in users.actions) == [
        ("create", "create", ACTIONS),
        ("update", "rename", ACTIONS),
        ("update", "update", ACTIONS),
    ]
    assert [(each.where, each.what) for each in users.refusals] == [
        (f"{SCHEMA}:1", "Legacy.User (schema) still refers to users."),
        (f"{CONTEXT}:5", "Legacy.Users (module) still refers to users."),
    ]


def test_findings_of_check_are_of_their_table(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, LEGACY)
    shop.run()
    shop.sql("ALTER TABLE users ADD COLUMN nick text")
    found = facts(shop).tables
    assert [each.kind for each in found[Name("public", "users")].findings] == ["column added"]
    assert found[Name("public", "tags")].findings == ()


def test_a_table_without_a_domain_has_the_one_that_init_proposes(make_shop: MakeShop) -> None:
    legacy = {path: text for path, text in LEGACY.items() if path != "ash_scaffold.toml"}
    users = of_users(make_shop(DDL, legacy))
    assert (users.domain, users.is_proposed) == ("Shop.Other", True)
    assert users.resource is not None
    assert not users.has_resource


def test_a_function_that_writes_several_tables_is_named(make_shop: MakeShop) -> None:
    both = {
        "lib/legacy/tag.ex": """\
defmodule Legacy.Tag do
  use Ecto.Schema

  schema "tags" do
    field :label, :string
  end

  def changeset(tag, attrs), do: Ecto.Changeset.cast(tag, attrs, [:label])
end
""",
        "lib/legacy/sign_up.ex": """\
defmodule Legacy.SignUp do
  alias Shop.Repo

  def tag(tag, attrs) do
    tag |> Legacy.Tag.changeset(attrs) |> Repo.update()
  end

  def run(attrs) do
    Repo.transaction(fn ->
      %Legacy.Tag{} |> Legacy.Tag.changeset(attrs) |> Repo.insert!()

      %Legacy.User{}
      |> Legacy.User.changeset(attrs)
      |> Repo.insert!()
    end)
  end
end
""",
    }
    (found,) = facts(make_shop(DDL, {**LEGACY, **both})).together
    assert found.function == "Legacy.SignUp.run/1"
    assert (found.path, found.line) == ("lib/legacy/sign_up.ex", 8)
    assert [table.name for table in found.tables] == ["tags", "users"]
