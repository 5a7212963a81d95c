"""Tables that Ash owns: configuration and snapshots have to say the same."""

from __future__ import annotations

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop

from ash_scaffold.problem import ScaffoldError

DDL = """
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users)
"""
CONFIG = "ash_scaffold.toml"
ORDERS = "priv/ash_scaffold/public.orders.json"
HEAD = '{\n  "version": 1,\n'


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    made = make_shop(DDL)
    assert made.run().problems == []
    return made


def failures(shop: Shop) -> list[str]:
    before = shop.tree()
    with pytest.raises(ScaffoldError) as caught:
        shop.run()
    assert shop.tree() == before
    return [f"{p.code.value} {p.where}: {p.what}" for p in caught.value.problems]


def own(shop: Shop, *tables: str) -> None:
    text = shop.read(CONFIG) if (shop.root / CONFIG).exists() else ""
    names = ", ".join(f'"{table}"' for table in tables)
    shop.write({CONFIG: f"owned_by_ash = [{names}]\n{text}"})


def test_a_table_that_was_not_cut_over_may_not_be_owned(shop: Shop) -> None:
    own(shop, "orders", "us*")
    assert failures(shop) == [
        f"not-cut-over {CONFIG}: owned_by_ash names {table}, which was not cut over: its resource "
        "does not say all that the table has, so the migrations of Ash would fail, or lose some "
        "of it."
        for table in ("orders", "users")
    ]


def test_so_it_is_on_a_first_run(make_shop: MakeShop) -> None:
    shop = make_shop(DDL)
    own(shop, "orders")
    assert [each.split(",")[0] for each in failures(shop)] == [
        f"not-cut-over {CONFIG}: owned_by_ash names orders"
    ]


def test_a_table_that_was_cut_over_has_to_be_owned(shop: Shop) -> None:
    shop.edit(ORDERS, (HEAD, '{\n  "version": 2,\n  "owned": {},\n'))
    assert failures(shop) == [
        f"not-cut-over {CONFIG}: orders was cut over, so Ash migrates it, and owned_by_ash does "
        "not name it."
    ]


def test_a_table_that_ash_has_made_needs_no_cut_over(shop: Shop) -> None:
    shop.sql("CREATE TABLE notes (id bigserial PRIMARY KEY)")
    shop.write({"priv/resource_snapshots/repo/notes/20260101000000.json": '{"table": "notes"}'})
    own(shop, "notes")
    shop.run(exclude=("notes",))


@pytest.mark.parametrize(
    "new",
    [
        '{\n  "version": 2,\n',
        '{\n  "version": 1,\n  "owned": {},\n',
        '{\n  "version": 2,\n  "owned": {"since": "x"},\n',
    ],
)
def test_a_snapshot_that_is_not_clear_about_it_is_refused(shop: Shop, new: str) -> None:
    shop.edit(ORDERS, (HEAD, new))
    assert [each.split(":")[0] for each in failures(shop)] == [f"snapshot-invalid {ORDERS}"]
