"""A file is not a module's name: where it holds another, a new module takes another file."""

from __future__ import annotations

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

from ash_scaffold.problem import Code, ScaffoldError

DDL = """
CREATE TABLE items (id bigserial PRIMARY KEY, at interval);
CREATE TABLE orders (id bigserial PRIMARY KEY, number text, item_id bigint REFERENCES items);
"""
# Modules whose names are not those of their files.
OTHERS = {
    "lib/shop/sales.ex": "defmodule Shop.SalesHelpers do\n  def hi, do: :ok\nend\n",
    "lib/shop/sales/order.ex": "defmodule Shop.Sales.Orders do\n  def total(o), do: o\nend\n",
    "lib/shop/types/interval.ex": "defmodule Shop.Intervals do\nend\n\ndefmodule Shop.B do\nend\n",
}
ADD = "ALTER TABLE orders ADD note text"


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    return make_shop(DDL, OTHERS)


def test_all_are_told_at_once_and_nothing_of_others_is_touched(shop: Shop) -> None:
    done = shop.run()
    assert done.problems == [
        "note [file-taken] lib/shop/sales.ex: The file holds Shop.SalesHelpers, so Shop.Sales goes "
        "to lib/shop/sales_ash.ex.",
        "note [file-taken] lib/shop/sales/order.ex: The file holds Shop.Sales.Orders, so "
        "Shop.Sales.Order goes to lib/shop/sales/order_ash.ex.",
        "note [file-taken] lib/shop/types/interval.ex: The file holds Shop.B, Shop.Intervals, so "
        "Shop.Types.Interval goes to lib/shop/types/interval_ash.ex.",
    ]
    files = shop.elixir()
    assert {path: files[path] for path in OTHERS} == OTHERS
    assert "defmodule Shop.Sales do\n" in files["lib/shop/sales_ash.ex"]
    assert "defmodule Shop.Sales.Order do\n" in files["lib/shop/sales/order_ash.ex"]
    assert "defmodule Shop.Types.Interval do\n" in files["lib/shop/types/interval_ash.ex"]
    assert "lib/shop/sales/item.ex" in files


def test_later_runs_find_the_files_that_were_chosen(shop: Shop) -> None:
    shop.run()
    again = shop.run()
    assert again.problems == []
    rests(shop, again)
    shop.sql(ADD)
    done = shop.run()
    assert done.diff.startswith("lib/shop/sales/order_ash.ex\n@@\n")
    rests(shop, done)


def test_a_file_that_becomes_free_moves_nothing(shop: Shop) -> None:
    shop.run()
    (shop.root / "lib/shop/sales/order.ex").unlink()
    before = shop.elixir()
    assert shop.run().problems == []
    assert shop.elixir() == before


def test_a_deleted_file_comes_back_where_it_was(shop: Shop) -> None:
    shop.run()
    before = shop.elixir()
    (shop.root / "lib/shop/sales/order_ash.ex").unlink()
    done = shop.run()
    assert shop.elixir() == before
    assert [problem.partition(":")[0] for problem in done.problems] == [
        "note [file-taken] lib/shop/sales/order.ex"
    ]


def test_a_file_of_another_name_is_tried_until_one_is_free(make_shop: MakeShop) -> None:
    more = {
        "lib/shop/sales/order_ash.ex": "defmodule Shop.A do\nend\n",
        "lib/shop/sales/order_ash_2.ex": "# Nothing yet.\n",
    }
    shop = make_shop(DDL, {**OTHERS, **more})
    shop.run()
    assert "defmodule Shop.Sales.Order do\n" in shop.read("lib/shop/sales/order_ash_3.ex")
    rests(shop, shop.run())


def test_the_files_of_fragments_are_no_module_names_either(make_shop: MakeShop) -> None:
    taken = {"lib/shop/sales/order/generated.ex": "defmodule Shop.Generated do\nend\n"}
    shop = make_shop(DDL, taken)
    done = shop.run(layout="fragment")
    assert done.problems == [
        "note [file-taken] lib/shop/sales/order/generated.ex: The file holds Shop.Generated, so "
        "Shop.Sales.Order.Generated goes to lib/shop/sales/order/generated_ash.ex."
    ]
    rests(shop, shop.run(layout="fragment"), layout="fragment")


def test_a_module_that_is_elsewhere_is_found_there(shop: Shop) -> None:
    shop.run()
    shop.move("lib/shop/sales/order_ash.ex", "lib/other/place.ex")
    shop.move("lib/shop/sales_ash.ex", "lib/other/domain.ex")
    shop.move("lib/shop/types/interval_ash.ex", "lib/other/types.ex")
    done = shop.run()
    assert (done.diff, done.problems) == ("", [])
    rests(shop, done)


def test_a_folder_outside_of_the_project_s_sources_is_looked_into(make_shop: MakeShop) -> None:
    taken = {"ash/shop/sales/order.ex": "defmodule Shop.Sales.Orders do\nend\n"}
    shop = make_shop(DDL, taken)
    shop.run(out="ash")
    assert "defmodule Shop.Sales.Order do\n" in shop.read("ash/shop/sales/order_ash.ex")
    rests(shop, shop.run(out="ash"), out="ash")


def test_a_file_that_is_not_elixir_keeps_its_place(make_shop: MakeShop) -> None:
    """It may define the module: a person has to look at it first."""
    broken = "defmodule Shop.Sales.Order do\n  use Ash.Resource\n  def a do\n"
    shop = make_shop(DDL, {"lib/shop/sales/order.ex": broken})
    with pytest.raises(ScaffoldError) as caught:
        shop.run()
    [problem] = caught.value.problems
    assert problem.code is Code.UNPARSABLE_FILE
    assert problem.where.startswith("lib/shop/sales/order.ex")
