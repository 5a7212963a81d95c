"""DSL entities with byte ranges, in every form that they can be written in."""

from __future__ import annotations

import pytest

from ash_scaffold.syntax.entities import (
    Entity,
    canonical,
    cells,
    comments,
    entity,
    leading_start,
    trailing_comment,
)
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import Tree, call_site, parse


def read(line: str) -> tuple[Tree, Entity]:
    tree = parse(f"defmodule A do\n  alias App.Types.State\n  {line}\nend\n".encode())
    call = call_site(tree, modules(tree)[0].body[1])
    assert call is not None
    return tree, entity(tree, call)


def says(line: str) -> tuple[str, list[str], list[tuple[str, list[str]]]]:
    tree, found = read(line)
    module = modules(tree)[0]
    return (
        found.word,
        [canonical(tree, module, node) for node in found.args],
        [(s.name, [canonical(tree, module, v) for v in s.values]) for s in found.settings],
    )


@pytest.mark.parametrize(
    "line",
    [
        "attribute :a, State, public?: true, constraints: [min: 1_000]",
        "attribute(:a, State, public?: true, constraints: [min: 1000])",
        "attribute :a, App.Types.State, [public?: true, constraints: [min: 1000,]]",
        "attribute :a, State do\n public? true # why\n constraints min: 1000\nend",
        "attribute :a, State do\n public?(true)\n\n constraints([min: 1000])\nend",
        "attribute :a, State, public?: true do\n constraints min: 1000\nend",
        "attribute :a, State, public?: true, do: constraints(min: 1000)",
        "attribute :a, State, do: (public?(true); constraints(min: 1000))",
    ],
)
def test_every_form_of_an_entity_says_the_same(line: str) -> None:
    assert says(line) == (
        "attribute",
        ["Atom(name='a')", "Module(name='App.Types.State')"],
        [("public?", ["True"]), ("constraints", ["Keyword(items=(('min', 1000),))"])],
    )


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("f expr(a  ==\n b)", "f expr(a == b)", True),
        ("f expr(a == b)", "f expr(a == c)", False),
        ('f """\n  a\n  """', 'f "a\\n"', True),
        ("f ~w(a b)a", "f [:a, :b]", True),
        ("f 1", "f 1.0", False),
        ("f true", "f :true", True),
        ("f Decimal.new(\"1\")", "f Decimal.new( \"1\" ) # own", True),
        ("f fn -> [1,] end", "f fn -> [1] end", True),
        ('f x("a b")', 'f x("a  b")', False),
    ],
)  # fmt: skip
def test_values_are_compared_layout_apart(left: str, right: str, equal: bool) -> None:
    assert (says(left)[1] == says(right)[1]) is equal


def test_the_cells_of_a_list_are_its_elements_and_its_pairs() -> None:
    tree, found = read("f [:a, # one\n {:b, 1}, c: 2]")
    inside = cells(tree, found.args[0])
    assert inside is not None
    source = tree.source
    assert [(source[c.start : c.end], c.key) for c in inside.cells] == [
        (b":a", None),
        (b"{:b, 1}", None),
        (b"c: 2", "c"),
    ]
    assert source[inside.start : inside.end] == b":a, # one\n {:b, 1}, c: 2"
    assert trailing_comment(source, inside.cells[0].end) == "# one"
    assert comments(tree, found.args[0]) == ("# one",)


def test_a_body_knows_its_statements_and_whether_it_has_an_end() -> None:
    tree, found = read("f do\n  a 1\n  # own\n  b()\nend")
    assert found.body is not None
    assert tree.source[found.body.start : found.body.end] == b"\n  a 1\n  # own\n  b()\n"
    assert [tree.text(node) for node in found.body.statements] == ["a 1", "b()"]
    assert [tree.text(node) for node in found.others] == ["b()"]
    assert found.body.pair is None
    tree, found = read("f do: (a(1); b(2))")
    assert found.body is not None
    assert found.body.pair is not None
    assert [tree.text(node) for node in found.body.statements] == ["a(1)", "b(2)"]


def test_the_comments_directly_above_a_statement_lead_it() -> None:
    source = b"x # no\n\n  # one\n  # two\n  y\n"
    assert leading_start(source, source.index(b"y")) == source.index(b"# one")
    assert leading_start(b"x; y", 3) == 3
