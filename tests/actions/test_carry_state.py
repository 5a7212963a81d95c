"""How many changesets of each table are carried over, in the document and for other commands."""

from __future__ import annotations

from pathlib import Path

from tests.actions.acting import ACTIONS, act, outcome
from tests.generate.running import Shop

from ash_scaffold.document.markdown.render import render_markdown
from ash_scaffold.document.run import load_document
from ash_scaffold.session import SourceOptions


def matrix(shop: Shop) -> list[tuple[str, int, int]]:
    source = SourceOptions(folder=Path(shop.root), url=shop.url, environment={})
    tables = load_document(source).document.tables
    return [(table.name.name, table.changesets, table.carried_over) for table in tables]


def row_of_users(shop: Shop) -> str:
    """Return the row of the table in the Markdown document."""
    source = SourceOptions(folder=Path(shop.root), url=shop.url, environment={})
    files = render_markdown(load_document(source).document, "schema.md", {}).files
    lines = (files["schema.md"] or "").splitlines()
    (row,) = (line for line in lines if line.startswith("| [`users`]") and "Legacy.User" in line)
    return row


def test_the_document_counts_changesets_and_those_that_have_an_action(shop: Shop) -> None:
    assert matrix(shop) == [("tags", 0, 0), ("users", 3, 0)]
    assert row_of_users(shop).endswith("| 3 | 0 | 3 | shared |")
    act(shop)
    assert matrix(shop) == [("tags", 0, 0), ("users", 3, 2)]
    assert row_of_users(shop).endswith("| 3 | 2 | 1 | shared |")
    text = shop.read(ACTIONS)
    start = text.index("    # Legacy.User.rename_changeset")
    end = text.index("    end\n", start) + len("    end\n")
    shop.write({ACTIONS: text[:start] + text[end:]})
    assert matrix(shop) == [("tags", 0, 0), ("users", 3, 1)]


def test_resources_says_that_there_are_changesets_until_there_are_actions(shop: Shop) -> None:
    assert [str(name) for name in shop.prepare().with_changesets] == ["users"]
    assert outcome(shop).outcome is not None
    act(shop)
    assert shop.prepare().with_changesets == ()


def test_resources_says_no_more_of_a_domain_that_has_actions(shop: Shop) -> None:
    # A changeset function that nothing writes with can't be an action: that is no news each time.
    act(shop)
    schema = """\
defmodule Legacy.Tag do
  use Ecto.Schema
  import Ecto.Changeset

  schema "tags" do
    field :label, :string
  end

  def changeset(tag, attrs), do: cast(tag, attrs, [:label])
end
"""
    shop.write({"lib/legacy/tag.ex": schema})
    assert [row for row in matrix(shop) if row[0] == "tags"] == [("tags", 1, 0)]
    assert shop.prepare().with_changesets == ()
