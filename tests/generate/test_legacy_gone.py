"""The legacy code goes schema by schema: what it said holds on."""

from __future__ import annotations

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop
from tests.support import resources_options

from ash_scaffold.generate.run import prepare, write
from ash_scaffold.project.write import locked

DDL = """
CREATE TABLE users (id bigserial PRIMARY KEY, role varchar(20) NOT NULL, seen timestamp(0));
CREATE TABLE posts (id bigserial PRIMARY KEY, writer_id bigint, level int);
"""
DOMAIN = '[domains."Shop.Sales"]\ntables = ["*"]\n'
USER = """\
defmodule Shop.Old.User do
  use Ecto.Schema

  schema "users" do
    field :role, Ecto.Enum, values: [:member, :admin]
    field :seen, :naive_datetime
    has_many :articles, Shop.Old.Post, foreign_key: :writer_id
  end
end
"""
POST = """\
defmodule Shop.Old.Post do
  use Ecto.Schema

  schema "posts" do
    field :level, Ecto.Enum, values: [low: 1, high: 5]
    belongs_to :writer, Shop.Old.User
  end
end
"""


def run(shop: Shop, *, use_legacy: bool = True) -> dict[str, str]:
    """Run the main job; return what stands in the files of the Ash side and of the snapshots."""
    options = resources_options(
        folder=shop.root, url=shop.url, use_formatter=False, use_legacy=use_legacy
    )
    with locked(shop.root) as lock:
        write(lock, prepare(options))
    paths = [*shop.root.glob("lib/**/*.ex"), *shop.root.glob("priv/ash_scaffold/*.json")]
    found = {path.relative_to(shop.root).as_posix(): path.read_text() for path in sorted(paths)}
    return {path: text for path, text in found.items() if "/old/" not in path}


@pytest.mark.parametrize("order", [("user", "post"), ("post", "user")])
def test_nothing_changes_when_a_schema_goes(make_shop: MakeShop, order: tuple[str, str]) -> None:
    files = {"lib/shop/old/user.ex": USER, "lib/shop/old/post.ex": POST}
    shop = make_shop(DDL, {"ash_scaffold.toml": DOMAIN, **files})
    before = run(shop)
    user = before["lib/shop/sales/user.ex"]
    assert "attribute :role, Shop.Types.UserRole do" in user
    assert "has_many :articles, Shop.Sales.Post do" in user

    for name in order:
        (shop.root / f"lib/shop/old/{name}.ex").unlink()
        assert run(shop) == before


def test_who_wants_no_hints_gets_none(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, {"ash_scaffold.toml": DOMAIN, "lib/shop/old/user.ex": USER})
    run(shop)
    after = run(shop, use_legacy=False)
    assert "attribute :role, :string do" in after["lib/shop/sales/user.ex"]
