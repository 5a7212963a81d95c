"""Elixir source as a tree of calls with byte ranges."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import (
    CallSite,
    Fault,
    Tree,
    calls,
    module_attribute,
    parse,
    walk_calls,
)
from ash_scaffold.syntax.values import read

EXAMPLES = Path(__file__).parents[1] / "corpus" / "example"
SAMPLE = Path(__file__).parents[2] / "sample_project"


def only_call(source: str) -> tuple[Tree, CallSite]:
    tree = parse(source.encode())
    (call,) = calls(tree, tree.expressions)
    return tree, call


def shape(tree: Tree, call: CallSite) -> tuple[object, ...]:
    return (
        call.name,
        [tree.text(arg) for arg in call.args],
        {option.name: tree.text(option.value) for option in call.options},
        None if call.body is None else [tree.text(node) for node in call.body],
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("use App", ("use", ["App"], {}, None)),
        ("use(App, a: 1)", ("use", ["App"], {"a": "1"}, None)),
        ("use App, [a: 1]", ("use", ["App"], {"a": "1"}, None)),
        ('f :x, "quoted key": 2', ("f", [":x"], {"quoted key": "2"}, None)),
        ("accept [:a, :b]", ("accept", ["[:a, :b]"], {}, None)),
        ("accept []", ("accept", ["[]"], {}, None)),
        ("A.B.run :x do\n  # why\n  1\n  2\nend", ("A.B.run", [":x"], {}, ["1", "2"])),
        ("identity :x, [:a], name: 1 do\n  m 2\nend",
         ("identity", [":x", "[:a]"], {"name": "1"}, ["m 2"])),
        ("def f(), do: 1", ("def", ["f()"], {}, ["1"])),
        ("f do: (a; b)", ("f", [], {}, ["a", "b"])),
        ("if x do\n  1\nelse\n  2\nend", ("if", ["x"], {}, ["1"])),
        ("resources do\nend", ("resources", [], {}, [])),
        ("f # why\n", None),
    ],
)  # fmt: skip
def test_a_call_is_its_name_arguments_options_and_body(
    source: str, expected: tuple[object, ...] | None
) -> None:
    tree = parse(source.encode())
    found = [shape(tree, call) for call in calls(tree, tree.expressions)]
    assert found == ([] if expected is None else [expected])


def test_ranges_are_bytes_of_the_source() -> None:
    source = '# ünïcode\nschema "users", x: "é" do\n  field :a\nend\n'
    tree, call = only_call(source)
    raw = source.encode()
    assert raw[call.span.start : call.span.end].decode() == source.split("\n", 1)[1].rstrip()
    assert call.span.line == 2
    assert call.block is not None
    assert raw[call.block.start : call.block.end] == b"\n  field :a\n"
    (option,) = call.options
    assert raw[option.span.start : option.span.end].decode() == 'x: "é"'
    assert tree.text(option.value) == '"é"'


def test_the_block_of_a_body_ends_before_else() -> None:
    source = "if x do\n  1\nelse\n  2\nend"
    _, call = only_call(source)
    assert call.block is not None
    assert source[call.block.start : call.block.end] == "\n  1\n"


def test_the_first_of_two_equal_options_counts() -> None:
    tree, call = only_call("f a: 1, a: 2")
    node = call.option("a")
    assert node is not None
    assert tree.text(node) == "1"
    assert call.option("b") is None


def test_calls_are_found_at_any_depth_in_source_order() -> None:
    tree = parse(b"a do\n  b 1 do\n    field :x\n  end\nend\nif c, do: field(:y)\n")
    found = [tree.text(call.args[0]) for call in walk_calls(tree, tree.root, "field")]
    assert found == [":x", ":y"]


def test_a_module_attribute_has_a_name_and_a_value() -> None:
    tree = parse(b'@prefix "x"\n@prefix\n-x\n')
    found = [module_attribute(tree, node) for node in tree.expressions]
    assert [None if a is None else (a.name, read(tree, a.value)) for a in found] == [
        ("prefix", "x"),
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (b"defmodule A do\nend\n", None),
        (b"", None),
        (b"defmodule A do\n  x = (1\nend\n", 2),
        (b"defmodule A do\n  def f do\n    1\nend\n", 5),
        (b'defmodule A do\n  x = "abc\nend\n', 2),
        (b"x = 1\ny = )\n", 2),
        (b"<<<<<<< HEAD\n", 1),
    ],
)
def test_a_fault_names_the_line(source: bytes, fault: int | None) -> None:
    found = parse(source).fault
    assert (found.line if isinstance(found, Fault) else None) == fault


def test_the_example_modules_parse() -> None:
    paths = sorted([*EXAMPLES.rglob("*.ex"), *SAMPLE.rglob("lib/**/*.ex")])
    assert len(paths) > 30
    assert {path: parse(path.read_bytes()).fault for path in paths} == dict.fromkeys(paths)


FRAGMENTS = st.sampled_from(
    ["defmodule A.B do ", "alias A.{B, C} ", "use X, a: ", "end ", '"', "#{", "}", "(", "[", "@x ",
     "~w", '"""\n', ":", "do: ", "<>", "&", "/1", "?", "\\", "\0", "%{", "=>", "é", "__MODULE__."]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.lists(FRAGMENTS, max_size=25).map("".join).map(str.encode))
@example(b"(" * 3000)
@example(b"if x do " * 2000)
@example(b"[" * 3000 + b"]" * 3000)
@example(b'"a" <> ' * 3000 + b'"b"')
@example(b"\xff\xfe defmodule \xff do end")
def test_no_bytes_make_it_raise(source: bytes) -> None:
    tree = parse(source)
    modules(tree)
    for node in (*tree.expressions, *tree.root.named_children):
        read(tree, node)
    for call in walk_calls(tree, tree.root):
        assert 0 <= call.span.start <= call.span.end <= len(source)
    assert (tree.fault is None) is not tree.root.has_error
