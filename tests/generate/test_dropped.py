"""A table is gone: its module is reported on every run, and deleted only when asked to."""

from __future__ import annotations

import json

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Done, Shop, rests

from ash_scaffold.problem import Code, Exit, ScaffoldError
from ash_scaffold.project.snapshot import digest

DDL = """
CREATE TYPE state AS ENUM ('open', 'paid');
CREATE TYPE size AS ENUM ('s', 'm');
CREATE TABLE users (id bigserial PRIMARY KEY, size size);
CREATE TABLE orders (
  id bigserial PRIMARY KEY, state state, size size, users_id bigint REFERENCES users
)
"""
ORDER, DOMAIN = "lib/shop/sales/order.ex", "lib/shop/sales.ex"
STATE, SIZE = "lib/shop/types/state.ex", "lib/shop/types/size.ex"
SNAPSHOTS = "priv/ash_scaffold"
GONE = (
    f"error [table-gone] {ORDER}: The table orders is no longer in the database; "
    "Shop.Sales.Order can't read it.\n"
)
ASKED = (
    "    Delete it and its line in the domain, or have that done: ash-scaffold resources --prune"
)
STAGE = "attribute :stage, Shop.Types.State do\n      source :state\n"
EDITED = "    The file was edited by hand, so it is not deleted: remove it yourself."


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    made = make_shop(DDL)
    assert made.run().problems == []
    return made


def dropped(shop: Shop, **options: object) -> Done:
    shop.sql("DROP TABLE orders", "DROP TYPE state")
    done = shop.run(**options)
    rests(shop, done, **options)
    return done


def test_it_is_reported_on_every_run_and_stays(shop: Shop) -> None:
    kept = shop.tree()
    done = dropped(shop)
    assert (done.words, done.problems) == (["table orders dropped"], [GONE + ASKED])
    now = shop.tree()
    assert now.keys() == kept.keys()
    for path in (ORDER, DOMAIN, STATE, SIZE, f"{SNAPSHOTS}/public.orders.json"):
        assert now[path] == kept[path]


def test_pruning_deletes_it_its_line_in_the_domain_and_types_that_nobody_uses(shop: Shop) -> None:
    before = shop.tree()
    done = dropped(shop, prune=True)
    assert done.problems == []
    assert before.keys() - shop.tree().keys() == {
        ORDER,
        STATE,
        f"{SNAPSHOTS}/public.orders.json",
        f"{SNAPSHOTS}/modules/Shop.Types.State.json",
    }
    assert shop.read(DOMAIN) == (
        "defmodule Shop.Sales do\n  use Ash.Domain\n\n"
        "  resources do\n    resource Shop.Sales.User\n  end\nend\n"
    )


def test_pruning_later_does_the_same(shop: Shop) -> None:
    dropped(shop)
    done = shop.run(prune=True)
    assert done.problems == []
    assert not (shop.root / ORDER).exists()
    assert not (shop.root / STATE).exists()
    rests(shop, done)
    rests(shop, done, prune=True)


def test_pruning_leaves_what_somebody_has_edited(shop: Shop) -> None:
    shop.edit(ORDER, ("  actions do\n", "  # Mine.\n  actions do\n"))
    shop.edit(STATE, ("  @impl true\n  def storage", "  # Mine.\n  @impl true\n  def storage"))
    kept = shop.tree()
    done = dropped(shop, prune=True)
    assert done.problems == [GONE + EDITED]
    now = shop.tree()
    assert now.keys() == kept.keys()
    assert [now[path] for path in (ORDER, DOMAIN, STATE)] == [
        kept[path] for path in (ORDER, DOMAIN, STATE)
    ]


def test_pruning_takes_the_fragment_along(shop: Shop) -> None:
    shop.run(layout="fragment")
    fragment = "lib/shop/sales/order/generated.ex"
    assert fragment in shop.elixir()
    assert dropped(shop, prune=True).problems == []
    assert {ORDER, fragment} & shop.elixir().keys() == set()


def test_pruning_leaves_an_edited_fragment_and_its_resource(shop: Shop) -> None:
    shop.run(layout="fragment")
    fragment = "lib/shop/sales/order/generated.ex"
    shop.edit(fragment, ("  actions do\n", "  # Mine.\n  actions do\n"))
    assert dropped(shop, prune=True).problems == [GONE + EDITED]
    assert {ORDER, fragment} <= shop.elixir().keys()


def test_pruning_leaves_what_somebody_has_named(shop: Shop) -> None:
    shop.edit(ORDER, ("attribute :state, Shop.Types.State do\n", STAGE))
    assert shop.run().errors == []
    done = dropped(shop, prune=True)
    assert done.problems == [GONE + EDITED]
    assert (STAGE in shop.read(ORDER), (shop.root / STATE).exists()) == (True, True)


def test_pruning_leaves_a_module_that_somebody_has_renamed(shop: Shop) -> None:
    for path in (ORDER, DOMAIN, "lib/shop/sales/user.ex"):
        shop.write({path: shop.read(path).replace("Shop.Sales.Order", "Shop.Sales.Purchase")})
    assert shop.run().errors == []
    done = dropped(shop, prune=True)
    assert done.problems == [(GONE + EDITED).replace("Shop.Sales.Order", "Shop.Sales.Purchase")]
    assert "resource Shop.Sales.Purchase" in shop.read(DOMAIN)


def test_pruning_takes_a_module_whose_name_somebody_has_taken_back(shop: Shop) -> None:
    for old, new in (("Order", "Purchase"), ("Purchase", "Order")):
        for path in (ORDER, DOMAIN, "lib/shop/sales/user.ex"):
            text = shop.read(path).replace(f"Shop.Sales.{old}", f"Shop.Sales.{new}")
            shop.write({path: text})
        assert shop.run().errors == []
    assert dropped(shop, prune=True).problems == []
    assert not (shop.root / ORDER).exists()


def test_pruning_leaves_a_type_that_somebody_has_renamed(shop: Shop) -> None:
    for path in (ORDER, STATE):
        shop.write({path: shop.read(path).replace("Shop.Types.State", "Shop.Types.Stage")})
    assert shop.run().errors == []
    assert dropped(shop, prune=True).problems == []
    assert ((shop.root / ORDER).exists(), (shop.root / STATE).exists()) == (False, True)


def test_pruning_leaves_a_type_that_other_code_names(shop: Shop) -> None:
    report = "defmodule Shop.Report do\n  def states, do: Shop.Types.State.values()\nend\n"
    shop.write({"lib/shop/report.ex": report})
    done = dropped(shop, prune=True)
    assert done.problems == []
    assert ((shop.root / ORDER).exists(), (shop.root / STATE).exists()) == (False, True)


def test_pruning_takes_types_with_the_type_that_alone_names_them(make_shop: MakeShop) -> None:
    shop = make_shop(
        "CREATE TYPE money_amount AS (amount numeric, currency char(3));"
        "CREATE TABLE prices (id bigserial PRIMARY KEY, price money_amount);"
        "CREATE TABLE tags (name text PRIMARY KEY)"
    )
    shop.run()
    assert "Shop.Types.Bpchar" in shop.read("lib/shop/types/money_amount.ex")
    shop.sql("DROP TABLE prices")
    done = shop.run(prune=True)
    assert sorted(shop.elixir()) == ["lib/shop/repo.ex", DOMAIN, "lib/shop/sales/tag.ex"]
    rests(shop, done, prune=True)


def test_pruning_leaves_what_the_person_wrote_in_the_domain(shop: Shop) -> None:
    shop.edit(
        DOMAIN,
        (
            "    resource Shop.Sales.Order\n",
            "    resource Shop.Sales.Order do\n      define :list_orders, action: :read\n    end\n",
        ),
    )
    done = dropped(shop, prune=True)
    assert "define :list_orders" in shop.read(DOMAIN)
    assert len(done.errors) == 1
    assert done.errors[0].startswith(f"error [conflict] {DOMAIN}: ")


def test_a_run_for_other_tables_leaves_it(shop: Shop) -> None:
    shop.sql("DROP TABLE orders", "DROP TYPE state")
    done = shop.run(prune=True, tables=("users",))
    assert done.problems == []
    assert (shop.root / ORDER).exists()
    assert (shop.root / STATE).exists()
    assert "Shop.Sales.Order" in shop.read(DOMAIN)


def test_a_run_for_another_domain_leaves_it(make_shop: MakeShop) -> None:
    shop = make_shop(
        DDL,
        {
            "ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["orders"]\n'
            '[domains."Shop.People"]\ntables = ["users"]\n'
        },
    )
    shop.run(domain=None)
    shop.write({"ash_scaffold.toml": '[domains."Shop.People"]\ntables = ["users"]\n'})
    shop.sql("DROP TABLE orders", "DROP TYPE state")
    assert shop.run(prune=True, domain="Shop.People").problems == []
    assert (shop.root / ORDER).exists()


def test_accepting_ends_the_report(shop: Shop) -> None:
    shop.write({"ash_scaffold.toml": '[[accept]]\nobject = "orders"\nreason = "on its way"\n'})
    done = dropped(shop)
    assert done.problems == []
    assert (shop.root / ORDER).exists()


def test_taking_it_out_by_hand_ends_the_report(shop: Shop) -> None:
    dropped(shop)
    (shop.root / ORDER).unlink()
    shop.edit(DOMAIN, ("    resource Shop.Sales.Order\n", ""))
    done = shop.run()
    assert (done.diff, done.problems) == ("", [])
    assert f"{SNAPSHOTS}/public.orders.json" not in shop.tree()
    rests(shop, done)


def test_a_table_that_comes_back_is_as_it_was(shop: Shop) -> None:
    shop.edit(ORDER, ("  actions do\n", "  # Mine.\n  actions do\n"))
    kept = shop.tree()
    dropped(shop)
    shop.sql(
        "CREATE TYPE state AS ENUM ('open', 'paid')",
        "CREATE TABLE orders (id bigserial PRIMARY KEY, state state, size size, "
        "users_id bigint REFERENCES users)",
    )
    done = shop.run()
    assert done.problems == []
    assert shop.tree() == kept


def test_the_module_is_found_where_somebody_moved_it(shop: Shop) -> None:
    shop.move(ORDER, "lib/shop/old/order.ex")
    done = dropped(shop)
    assert [problem.partition(": ")[0] for problem in done.problems] == [
        "error [table-gone] lib/shop/old/order.ex"
    ]
    pruned = shop.run(prune=True)
    assert pruned.problems == []
    assert not (shop.root / "lib/shop/old/order.ex").exists()


def test_a_table_that_is_left_out_by_now_keeps_its_module_and_its_place(
    make_shop: MakeShop,
) -> None:
    shop = make_shop("CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE tags (name text)")
    assert shop.run().errors == []
    shop.write({"ash_scaffold.toml": 'exclude = ["tags"]\n'})
    done = shop.run()
    assert (done.words, done.diff) == ([], "")
    assert done.problems == [
        "warning [table-skipped] lib/shop/sales/tag.ex: The table tags gets no resource any "
        "more; Shop.Sales.Tag stays as it is, and in its domain.\n"
        "    Delete the file, its line in the domain and its snapshot if it is not needed."
    ]
    rests(shop, done)


@pytest.mark.parametrize(
    ("snapshot", "victim"),
    [
        ("modules/Shop.Types.State.json", "mix.exs"),
        ("modules/Shop.Types.State.json", ".formatter.exs"),
        ("modules/Shop.Types.State.json", "priv/seeds.ex"),
        ("modules/Shop.Types.State.json", "lib/shop/repo.ex"),
        ("modules/Shop.Types.State.json", "lib/../priv/seeds.ex"),
        ("public.orders.json", "lib/shop/other.ex"),
        ("public.orders.json", "lib/shop/two.ex"),
    ],
)
def test_pruning_deletes_no_other_file_that_a_snapshot_names(
    shop: Shop, snapshot: str, victim: str
) -> None:
    shop.write(
        {
            "priv/seeds.ex": "defmodule Shop.Types.State do\nend\n",
            "lib/shop/other.ex": "defmodule Shop.Other do\nend\n",
            "lib/shop/two.ex": "defmodule Shop.Sales.Order do\nend\n\ndefmodule Shop.Two do\nend\n",
            ".formatter.exs": "[]\n",
        }
    )
    (shop.root / (ORDER if snapshot == "public.orders.json" else STATE)).unlink()
    path = f"{SNAPSHOTS}/{snapshot}"
    content = json.loads(shop.read(path))
    shop.write({path: json.dumps(content | {"path": victim, "written": digest(shop.read(victim))})})
    shop.sql("DROP TABLE orders", "DROP TYPE state")
    before = shop.tree()
    with pytest.raises(ScaffoldError) as caught:
        shop.run(prune=True)
    assert caught.value.exit_code is Exit.FAILED
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == (Code.SNAPSHOT_INVALID, path)
    assert victim in problem.what
    assert shop.tree() == before
