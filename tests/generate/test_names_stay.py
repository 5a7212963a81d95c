"""A project keeps the names that it has, whatever a newer version or the legacy code would say."""

from __future__ import annotations

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

DDL = """
CREATE TABLE faves (id bigserial PRIMARY KEY, state varchar(20) NOT NULL);
CREATE TABLE votes (id bigserial PRIMARY KEY, fave_id bigint REFERENCES faves);
"""
DOMAIN = '[domains."Shop.Sales"]\ntables = ["*"]\n'
FAVE = """\
defmodule Shop.Old.Liking do
  use Ecto.Schema

  schema "faves" do
    field :state, Ecto.Enum, values: [:open, :done]
  end
end
"""
PATH = "lib/shop/old/liking.ex"


@pytest.fixture
def shop(make_shop: MakeShop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Give a project that an older version has generated, which made `fafe` of `faves`."""
    made = make_shop(DDL, {"ash_scaffold.toml": DOMAIN, PATH: FAVE})

    def singular(word: str) -> str:
        return word.replace("ves", "fe").removesuffix("s")

    with monkeypatch.context() as patch:
        patch.setattr("ash_scaffold.ash.naming.singularize", singular)
        patch.setattr("ash_scaffold.ash.module_names.schema_name", lambda *_: NOTHING)
        made.run(domain=None)
    assert {"lib/shop/sales/fafe.ex", "lib/shop/types/fafe_state.ex"} <= made.elixir().keys()
    return made


class _Nothing:
    choices, schema, why = (), None, ""


NOTHING = _Nothing()


def test_resources_and_enums_keep_their_names(shop: Shop) -> None:
    rests(shop, shop.run(domain=None), domain=None)


def test_what_is_new_is_named_as_its_schema(shop: Shop) -> None:
    shop.sql("CREATE TABLE likes (id bigserial PRIMARY KEY, kind text)")
    shop.write(
        {
            "lib/shop/old/thumb_up.ex": FAVE.replace("Liking", "ThumbUp")
            .replace("faves", "likes")
            .replace(":state", ":kind")
        }
    )
    done = shop.run(domain=None)
    assert "    resource Shop.Sales.Fafe\n+    resource Shop.Sales.ThumbUp\n" in done.diff
    assert "defmodule Shop.Types.LikeKind do" in done.diff
    rests(shop, done, domain=None)


def test_a_file_that_was_deleted_comes_back_under_its_name(shop: Shop) -> None:
    before = shop.elixir()
    (shop.root / "lib/shop/sales/fafe.ex").unlink()
    shop.edit("lib/shop/sales.ex", ("    resource Shop.Sales.Fafe\n", ""))
    shop.run(domain=None)
    assert before["lib/shop/sales/fafe.ex"] == shop.read("lib/shop/sales/fafe.ex")


def test_an_enum_keeps_its_module_when_its_column_is_renamed(shop: Shop) -> None:
    shop.sql("ALTER TABLE faves RENAME state TO status")
    shop.edit(PATH, (":state, Ecto", ":status, Ecto"))
    done = shop.run(domain=None)
    assert "lib/shop/types/fafe_status.ex" not in shop.elixir()
    assert "Shop.Types.FafeState" in shop.read("lib/shop/sales/fafe.ex")
    rests(shop, done, domain=None)
