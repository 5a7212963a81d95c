"""The defaults of Ecto schemas over the life of a project: runs, hand edits, check."""

from __future__ import annotations

from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, told

from ash_scaffold.check.run import check
from ash_scaffold.report.finding import Finding
from ash_scaffold.session import SourceOptions

DDL = "CREATE TABLE carts (id bigserial PRIMARY KEY, score int DEFAULT 0, state text, token text);"
DOMAIN = '[domains."Shop.Sales"]\ntables = ["*"]\n'
OLD, CART = "lib/shop/old/cart.ex", "lib/shop/sales/cart.ex"
SCHEMA = """\
defmodule Shop.Old.Cart do
  use Ecto.Schema

  schema "carts" do
    field :score, :integer, default: 10
    field :state, :string, default: "open"
    field :token, :string, autogenerate: {__MODULE__, :token, []}
  end

  def token, do: "t"
end
"""
FILES = {"ash_scaffold.toml": DOMAIN, OLD: SCHEMA}


def findings(shop: Shop) -> list[Finding]:
    found = check(SourceOptions(folder=shop.root, url=shop.url)).findings
    return [each for each in found if each.table]


def test_a_run_says_which_defaults_outweigh_the_columns(make_shop: MakeShop) -> None:
    done = make_shop(DDL, FILES).run()
    assert done.problems == [
        "note [legacy-default] carts: The Ecto schema's default differs from the column's, and is "
        "the one that the legacy code writes, so Ash does too: score (10, the column has 0, "
        "lib/shop/old/cart.ex:5).\n"
        "    Nothing, where the legacy code is right; else correct it there, or in a migration."
    ]


def test_only_a_default_that_is_neither_is_a_difference(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, FILES)
    shop.run()
    assert findings(shop) == []
    shop.edit(CART, ("default 10", "default 0"))
    assert findings(shop) == []
    shop.edit(CART, ("default 0", "default 1"))
    (found,) = findings(shop)
    assert (found.kind, found.object, found.path) == ("default differs", "score", CART)


def test_a_default_that_is_new_in_the_code_comes_into_an_edited_file(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, {**FILES, OLD: SCHEMA.replace(', default: "open"', "")})
    shop.run()
    shop.edit(CART, ("attribute :state, :string do", "# Mine.\n    attribute :state, :string do"))
    shop.write({OLD: SCHEMA})
    assert '+      default "open"\n' in shop.run().diff
    assert "# Mine." in shop.read(CART)
    assert shop.run().diff == ""


def test_what_the_code_said_holds_when_it_is_gone(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, FILES)
    shop.run()
    (shop.root / OLD).unlink()
    done = shop.run()
    assert done.diff == ""


def test_the_functions_of_the_code_that_a_resource_needs_are_named(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, FILES)
    shop.run()
    report = check(SourceOptions(folder=shop.root, url=shop.url), with_hand_over=True)
    (table,) = report.hand_over or ()
    (call,) = table.calls
    assert (call.attribute, call.function, call.path) == ("token", "Shop.Old.Cart.token/0", CART)
    shop.edit(CART, ("&Shop.Old.Cart.token/0", "&Shop.Sales.Tokens.make/0"))
    report = check(SourceOptions(folder=shop.root, url=shop.url), with_hand_over=True)
    assert [each.calls for each in report.hand_over or ()] == [()]


def test_the_functions_of_another_repository_are_not_called(make_shop: MakeShop) -> None:
    elsewhere = {"ash_scaffold.toml": f'legacy = "old"\n{DOMAIN}', "old/lib/cart.ex": SCHEMA}
    shop = make_shop(DDL, elsewhere)
    problems = [told(each) for each in shop.prepare().problems]
    assert problems[1:] == [
        "note [legacy-generator] carts.token: The legacy code makes its value by {Shop.Old.Cart, "
        ":token, []} (old/lib/cart.ex:7), which Ash is not told of: a create has to give it.\n"
        "    Add a default to the attribute token."
    ]
    shop.run()
    assert "Shop.Old" not in shop.read(CART)
