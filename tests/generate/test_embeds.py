"""Embeds of Ecto schemas that are embedded resources by choice, run after run."""

from __future__ import annotations

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop

from ash_scaffold.check.run import check
from ash_scaffold.session import SourceOptions

ADDRESS, CUSTOMER = "lib/shop/types/address.ex", "lib/shop/sales/resources/customer.ex"
CONFIG = "ash_scaffold.toml"
ECTO = "lib/shop/ecto.ex"
LEGACY = """\
defmodule Shop.Sales.Address do
  use Ecto.Schema

  @primary_key false
  embedded_schema do
    field :street, :string
  end
end

defmodule Shop.Sales.Customer do
  use Ecto.Schema

  schema "customers" do
    embeds_one :home, Shop.Sales.Address
    embeds_many :others, Shop.Sales.Address
  end
end
"""
DDL = "CREATE TABLE customers (id bigserial PRIMARY KEY, home jsonb, others jsonb)"


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    return make_shop(DDL, {ECTO: LEGACY, CONFIG: 'embeds = "resources"\n'})


def customer_type(shop: Shop, name: str) -> str:
    path = next(path for path, text in shop.elixir().items() if 'table "customers"' in text)
    start = f"attribute :{name}, "
    lines = [line.strip() for line in shop.read(path).splitlines()]
    return next(line.removeprefix(start)[:-3] for line in lines if line.startswith(start))


def found_by_check(shop: Shop) -> list[str]:
    report = check(SourceOptions(folder=shop.root, url=shop.url))
    return [each.what for each in report.findings if each.kind != "repo migrates extensions"]


def test_without_the_option_they_are_json(shop: Shop) -> None:
    shop.write({CONFIG: ""})
    shop.run()
    assert customer_type(shop, "home") == ":map"
    assert customer_type(shop, "others") == "Shop.Types.Json"


def test_one_is_a_resource_and_many_a_list_of_it(shop: Shop) -> None:
    done = shop.run()
    assert customer_type(shop, "home") == "Shop.Types.Address"
    assert customer_type(shop, "others") == "Shop.Types.AddressList"
    assert done.problems == []
    kept = shop.tree()
    assert shop.run().diff == ""
    assert shop.tree() == kept
    assert found_by_check(shop) == []


@pytest.mark.parametrize(
    "config",
    [
        '[tables.customers.columns.home]\nembeds = "resources"\n',
        'embeds = "resources"\n[tables.customers.columns.others]\nembeds = "json"\n',
        '[tables.customers]\nembeds = "resources"\ncolumns.others.embeds = "json"\n',
        '[domains."Shop.Sales"]\nembeds = "resources"\n'
        '[tables.customers.columns.others]\nembeds = "json"\n',
    ],
    ids=["column", "file", "table", "domain"],
)
def test_the_most_specific_entry_decides(shop: Shop, config: str) -> None:
    shop.write({CONFIG: config})
    shop.run()
    assert customer_type(shop, "home") == "Shop.Types.Address"
    assert customer_type(shop, "others") == "Shop.Types.Json"


def test_the_resource_follows_its_schema_and_keeps_hand_edits(shop: Shop) -> None:
    shop.run()
    shop.edit(ADDRESS, ("  attributes do\n", "  # Ours.\n  attributes do\n"))
    shop.edit(
        ECTO,
        (
            "    field :street, :string\n",
            "    field :street, :string\n    field :zip, :integer, default: 0\n",
        ),
    )
    assert found_by_check(shop) == ["Another run would bring Shop.Types.Address up to date."]
    done = shop.run()
    assert (
        done.diff
        == """\
lib/shop/types/address.ex
@@
   use Ash.Resource, data_layer: :embedded

   # The types by which Ecto reads and writes the fields.
-  @fields [street: :string]
+  @fields [street: :string, zip: :integer]
   @ecto_types Shop.Types.EctoEmbed.types(@fields)

   actions do
@@
       public? true
       constraints trim?: false, allow_empty?: true
     end
+
+    attribute :zip, :integer do
+      public? true
+      default 0
+    end
   end

   defoverridable cast_from_embedded: 2, dump_to_native: 2
"""
    )
    assert done.problems == []
    assert found_by_check(shop) == []


def test_an_embed_that_can_not_be_read_stays_json_and_says_where(shop: Shop) -> None:
    shop.edit(
        ECTO,
        (
            "    field :street, :string\n",
            "    field :street, :string, autogenerate: {Shop.Sales.Address, :draw, []}\n",
        ),
    )
    done = shop.run()
    assert customer_type(shop, "home") == ":map"
    said = [each for each in done.problems if "stays JSON" in each]
    assert said == [
        f"note [legacy-unread] {ECTO}:{line}: Shop.Sales.Customer was not read completely: the "
        f"embed {name} stays JSON: Shop.Sales.Address.street: its value is made by "
        f"{{Shop.Sales.Address, :draw, []}} ({ECTO}:6).\n"
        "    That part is left out; check the resources."
        for name, line in (("home", 14), ("others", 15))
    ]


def test_it_stays_when_the_legacy_code_is_gone(shop: Shop) -> None:
    shop.run()
    kept = shop.elixir()
    (shop.root / ECTO).unlink()
    shop.sql("ALTER TABLE customers ADD age integer")
    shop.run()
    assert customer_type(shop, "home") == "Shop.Types.Address"
    assert shop.read(ADDRESS) == kept[ADDRESS]
