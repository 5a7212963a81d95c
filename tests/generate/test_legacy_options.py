"""The options of Ecto's fields and associations over the life of a project."""

from __future__ import annotations

from tests.generate.conftest import MakeShop
from tests.generate.running import Shop

from ash_scaffold.check.run import check
from ash_scaffold.session import SourceOptions

DDL = "CREATE TABLE docs (id bigserial PRIMARY KEY, slug text NOT NULL, title text);"
DOMAIN = '[domains."Shop.Sales"]\ntables = ["*"]\n'
OLD, DOC = "lib/shop/old/doc.ex", "lib/shop/sales/doc.ex"
SCHEMA = """\
defmodule Shop.Old.Doc do
  use Ecto.Schema

  schema "docs" do
    field :slug, :string, writable: :insert
    field :title, :string
  end
end
"""
FILES = {"ash_scaffold.toml": DOMAIN, OLD: SCHEMA}


def test_a_new_column_is_accepted_beside_one_that_no_update_writes(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, FILES)
    shop.run()
    assert "defaults [:read, :destroy, create: :*, update: [:title]]\n" in shop.read(DOC)
    shop.edit(DOC, ("update: [:title]", "update: [:title, :mine]"))
    shop.sql("ALTER TABLE docs ADD COLUMN pages integer")
    assert shop.run().errors == []
    accepted = "defaults [:read, :destroy, create: :*, update: [:title, :pages, :mine]]\n"
    assert accepted in shop.read(DOC)


def test_an_update_accepts_it_no_more_when_the_code_says_so_later(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, {**FILES, OLD: SCHEMA.replace(", writable: :insert", "")})
    shop.run()
    assert "update: :*]" in shop.read(DOC)
    shop.edit(DOC, ("attribute :title, :string do", "# Mine.\n    attribute :title, :string do"))
    shop.write({OLD: SCHEMA})
    shop.run()
    assert "update: [:title]]" in shop.read(DOC)
    assert shop.run().diff == ""


LISTS = """
CREATE TABLE lists (id bigserial PRIMARY KEY);
CREATE TABLE items
    (id bigserial PRIMARY KEY, list_id bigint REFERENCES lists, state text, rank int);
"""
LIST_OLD, LIST = "lib/shop/old/list.ex", "lib/shop/sales/list.ex"
LIST_SCHEMA = """\
defmodule Shop.Old.List do
  use Ecto.Schema

  schema "lists" do
    has_many :items, Shop.Old.Item, preload_order: [asc: :rank]
    has_many :open_items, Shop.Old.Item, where: [state: "open"]
  end
end

defmodule Shop.Old.Item do
  use Ecto.Schema

  schema "items" do
    field :state, :string
    field :rank, :integer
    belongs_to :list, Shop.Old.List
  end
end
"""
LIST_FILES = {"ash_scaffold.toml": DOMAIN, LIST_OLD: LIST_SCHEMA}
OPEN_ITEMS = """\
    has_many :open_items, Shop.Sales.Item do
      filter expr(state == "open")
      public? true
    end
"""


def quiet(shop: Shop) -> bool:
    """Whether neither a run nor a check has anything to say about a table."""
    found = check(SourceOptions(folder=shop.root, url=shop.url)).findings
    return shop.run().diff == "" and not [each for each in found if each.table]


def test_an_association_over_some_rows_stays_what_it_is(make_shop: MakeShop) -> None:
    shop = make_shop(LISTS, LIST_FILES)
    shop.run()
    assert OPEN_ITEMS in shop.read(LIST)
    assert "      sort rank: :asc\n" in shop.read(LIST)
    assert quiet(shop)
    shop.edit(LIST, ("  relationships do\n", "  # Mine.\n  relationships do\n"))
    assert quiet(shop)
    shop.edit(LIST, ("has_many :items,", "has_many :entries,"))
    assert quiet(shop)
    shop.sql("ALTER TABLE items ADD COLUMN size integer")
    assert shop.run().errors == []
    assert shop.read(LIST).count("has_many") == 2
    assert quiet(shop)


def test_an_association_over_some_rows_comes_beside_the_one_over_all(make_shop: MakeShop) -> None:
    before = LIST_SCHEMA.replace(
        '    has_many :open_items, Shop.Old.Item, where: [state: "open"]\n', ""
    )
    shop = make_shop(LISTS, {**LIST_FILES, LIST_OLD: before})
    shop.run()
    shop.edit(LIST, ("  relationships do\n", "  # Mine.\n  relationships do\n"))
    shop.write({LIST_OLD: LIST_SCHEMA})
    assert shop.run().errors == []
    assert OPEN_ITEMS in shop.read(LIST)
    assert quiet(shop)
    (shop.root / LIST_OLD).unlink()
    assert quiet(shop)


def test_a_hand_written_relationship_of_that_name_stays(make_shop: MakeShop) -> None:
    shop = make_shop(LISTS, LIST_FILES)
    shop.run()
    mine = OPEN_ITEMS.replace('state == "open"', 'state in ["open", "late"]')
    shop.edit(LIST, (OPEN_ITEMS, mine))
    shop.run()
    assert mine in shop.read(LIST)
    assert shop.read(LIST).count(":open_items") == 1


def test_a_calculation_of_that_name_stays_the_only_one(make_shop: MakeShop) -> None:
    shop = make_shop(LISTS, LIST_FILES)
    shop.run()
    count = "  aggregates do\n    count :open_items, :items\n  end\nend\n"
    text = shop.read(LIST).replace("\n" + OPEN_ITEMS, "").removesuffix("end\n") + "\n" + count
    shop.write({LIST: text})
    shop.run()
    assert shop.read(LIST).count(":open_items") == 1
