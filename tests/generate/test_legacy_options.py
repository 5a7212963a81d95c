"""The options of Ecto's fields over the life of a project."""

from __future__ import annotations

from tests.generate.conftest import MakeShop

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
