"""Renamed objects of the database get their new names wherever a module names them."""

from __future__ import annotations

import pytest

from ash_scaffold.elixir.merge.merge import follow_renames
from ash_scaffold.elixir.merge.units import TableRenames
from ash_scaffold.elixir.read.values import ModuleSource
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse

RENAMES = TableRenames(
    {"old": "new", "a": "b", "b": "a"}, {"old_idx": "new_idx", "x": "y", "y": "x"}
)


def followed(section: str, line: str, renames: TableRenames = RENAMES) -> str:
    text = f"defmodule App.User do\n  {section} do\n    {line}\n  end\nend\n"
    tree = parse(text.encode())
    lines = follow_renames(ModuleSource(tree, modules(tree)[0]), renames).decode().split("\n")
    assert [*lines[:2], *lines[3:]] == [*text.split("\n")[:2], *text.split("\n")[3:]]
    return lines[2].removeprefix("    ")


@pytest.mark.parametrize(
    ("section", "before", "after"),
    [
        (
            "attributes",
            "attribute :login, :string, source: :old",
            "attribute :login, :string, source: :new",
        ),
        ("attributes", 'attribute(:old, :string) do source :"old" end', None),
        ("attributes", "attribute :a, :string, source: :a", "attribute :a, :string, source: :b"),
        (
            "attributes",
            "attribute :b, :string, source: :b # :b",
            "attribute :b, :string, source: :a # :b",
        ),
        ("attributes", "attribute :old, :string, default: :old", None),
        ("calculations", "calculate :old, :string, expr(old)", None),
        (
            "postgres",
            'identity_index_names old: "old_idx", other: "mine" # "old_idx"',
            'identity_index_names old: "new_idx", other: "mine" # "old_idx"',
        ),
        (
            "postgres",
            'foreign_key_names [{:id, "old_idx", "old_idx"}, {:id, "mine", "old_idx"}]',
            'foreign_key_names [{:id, "new_idx", "old_idx"}, {:id, "mine", "old_idx"}]',
        ),
        (
            "postgres",
            'unique_index_names [{[:a], "x"}, {[:b], "y"}]',
            'unique_index_names [{[:a], "y"}, {[:b], "x"}]',
        ),
        (
            "postgres",
            'exclusion_constraint_names([{:during, "old_idx"}])',
            'exclusion_constraint_names([{:during, "new_idx"}])',
        ),
        (
            "postgres",
            'check_constraints do check_constraint :old, "old_idx", message: "old_idx" end',
            'check_constraints do check_constraint :old, "new_idx", message: "old_idx" end',
        ),
        (
            "postgres",
            'references do reference :old, name: "old_idx", on_delete: :delete end',
            'references do reference :old, name: "new_idx", on_delete: :delete end',
        ),
        ("postgres", 'identity_wheres_to_sql old: "old_idx"', None),
        ("postgres", "check_constraints do check_constraint :old, ~s(old_idx) end", None),
    ],
)
def test_the_name_alone_is_changed(section: str, before: str, after: str | None) -> None:
    assert followed(section, before) == (before if after is None else after)


def test_without_renames_nothing_is_looked_at() -> None:
    line = "attribute :login, :string, source: :old"
    assert followed("attributes", line, TableRenames()) == line
