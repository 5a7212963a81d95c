"""A type's module that a person renames: it stays the module of its type."""

from __future__ import annotations

import json

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

ORDERS = """
CREATE TYPE order_status AS ENUM ('open', 'paid');
CREATE TYPE order_kind AS ENUM ('open', 'paid');
CREATE DOMAIN percent AS integer CHECK (VALUE <= 100);
CREATE TABLE orders (
    id bigserial PRIMARY KEY, status order_status, past order_status[], kind order_kind,
    discount percent
);
"""
ORDER = "lib/shop/sales/order.ex"
STATUS = "lib/shop/types/order_status.ex"
MOVED = "lib/shop/order_status.ex"
SNAPSHOTS = "priv/ash_scaffold/modules"


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    made = make_shop(ORDERS)
    made.run()
    return made


def rename(shop: Shop, old: str, new: str, *paths: str) -> None:
    """Rename a module wherever the files name it."""
    for path in paths:
        text = shop.read(path)
        assert old in text
        shop.write({path: text.replace(old, new)})


def snapshots(shop: Shop) -> dict[str, str]:
    """Return the planned name of each module that has a snapshot, by the module."""
    found = {}
    for path in sorted((shop.root / SNAPSHOTS).glob("*.json")):
        kept = json.loads(path.read_text())
        assert path.stem == kept["module"]
        found[kept["module"]] = kept.get("planned", "")
    return found


def test_a_renamed_type_keeps_its_name(shop: Shop) -> None:
    rename(shop, "Shop.Types.OrderStatus", "Shop.OrderStatus", STATUS, ORDER)
    shop.move(STATUS, MOVED)
    done = shop.run()
    assert (done.diff, done.problems) == ("", [])
    assert snapshots(shop) == {
        "Shop.OrderStatus": "Shop.Types.OrderStatus",
        "Shop.Sales": "",
        "Shop.Types.OrderKind": "",
        "Shop.Types.Percent": "",
    }
    rests(shop, done)


def test_what_the_database_adds_goes_into_the_renamed_module(shop: Shop) -> None:
    rename(shop, "Shop.Types.OrderStatus", "Shop.OrderStatus", STATUS, ORDER)
    shop.edit(
        STATUS, ("  use Ash.Type.Enum", '  @moduledoc "How far it is."\n\n  use Ash.Type.Enum')
    )
    shop.sql(
        "ALTER TYPE order_status ADD VALUE 'void'", "ALTER TABLE orders ADD before order_status"
    )
    done = shop.run()
    assert done.problems == []
    assert (
        done.diff
        == """\
lib/shop/sales/order.ex
@@
     attribute :discount, Shop.Types.Percent do
       public? true
     end
+
+    attribute :before, Shop.OrderStatus do
+      public? true
+    end
   end
 end
lib/shop/types/order_status.ex
@@
 defmodule Shop.OrderStatus do
   @moduledoc "How far it is."

-  use Ash.Type.Enum, values: [:open, :paid]
+  use Ash.Type.Enum, values: [:open, :paid, :void]

   @impl true
   def storage_type, do: :order_status
"""
    )
    rests(shop, done)
    shop.sql("ALTER TYPE order_status ADD VALUE 'lost'")
    done = shop.run()
    assert "values: [:open, :paid, :void, :lost]" in shop.read(STATUS)
    rests(shop, done)


def test_a_type_may_be_renamed_again_and_back(shop: Shop) -> None:
    rename(shop, "Shop.Types.OrderStatus", "Shop.OrderStatus", STATUS, ORDER)
    shop.run()
    rename(shop, "Shop.OrderStatus", "Shop.Types.Status", STATUS, ORDER)
    done = shop.run()
    assert done.diff == ""
    assert snapshots(shop)["Shop.Types.Status"] == "Shop.Types.OrderStatus"
    rests(shop, done)
    rename(shop, "Shop.Types.Status", "Shop.Types.OrderStatus", STATUS, ORDER)
    done = shop.run()
    assert done.diff == ""
    assert snapshots(shop)["Shop.Types.OrderStatus"] == ""
    rests(shop, done)


def test_resources_that_name_the_old_module_follow(shop: Shop) -> None:
    rename(shop, "Shop.Types.OrderStatus", "Shop.OrderStatus", STATUS)
    done = shop.run()
    assert "Shop.Types.OrderStatus" not in shop.read(ORDER)
    assert "attribute :status, Shop.OrderStatus do" in shop.read(ORDER)
    assert "attribute :past, {:array, Shop.OrderStatus} do" in shop.read(ORDER)
    rests(shop, done)


def test_a_type_that_the_database_does_not_tell_apart_must_say_the_same(shop: Shop) -> None:
    path = "lib/shop/types/percent.ex"
    rename(shop, "Shop.Types.Percent", "Shop.Percent", path, ORDER)
    done = shop.run()
    assert done.diff == ""
    assert snapshots(shop)["Shop.Percent"] == "Shop.Types.Percent"
    rests(shop, done)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            "defmodule Shop.OrderStatus do\n  use Ash.Type.Enum, values: [:a]\nend\n",
            id="stored otherwise",
        ),
        pytest.param(
            "defmodule Shop.A do\n  use Ash.Type.Enum, values: [:a]\n\n  @impl true\n"
            "  def storage_type, do: :order_status\nend\n\n"
            "defmodule Shop.B do\n  use Ash.Type.Enum, values: [:a]\n\n  @impl true\n"
            "  def storage_type, do: :order_status\nend\n",
            id="two of them",
        ),
    ],
)
def test_a_type_that_was_deleted_is_written_anew(shop: Shop, other: str) -> None:
    before = shop.read(STATUS)
    (shop.root / STATUS).unlink()
    shop.write({"lib/shop/other.ex": other})
    done = shop.run()
    assert shop.read(STATUS) == before
    assert shop.read("lib/shop/other.ex") == other
    rests(shop, done)
