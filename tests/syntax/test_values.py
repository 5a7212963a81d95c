"""Literals read back from source."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from ash_scaffold.syntax.parse import parse
from ash_scaffold.syntax.values import Unreadable, Value, read, read_strings
from ash_scaffold.term import Atom, Capture, Keyword, Map, Module, Sigil


def value(source: str) -> Value:
    tree = parse(source.encode())
    (node,) = tree.expressions
    return read(tree, node)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("nil", None),
        (":nil", None),
        ("true", True),
        ("1_000", 1000),
        ("-0x1F", -31),
        ("0b101", 5),
        ("1.5e3", 1500.0),
        ("?a", 97),
        ("?\\n", 10),
        ("(1)", 1),
        (":a?", Atom("a?")),
        (":<>", Atom("<>")),
        (':"odd name"', Atom("odd name")),
        ("App.User", Module("App.User")),
        ("Elixir.App", Module("App")),
        (':"Elixir.App.User"', Module("App.User")),
        ("&DateTime.utc_now/0", Capture("DateTime", "utc_now", 0)),
        ('"a" <> "b" <> "c"', "abc"),
        ("'ab'", [97, 98]),
        ("~w(a b)", ["a", "b"]),
        ("~w(a b)a", [Atom("a"), Atom("b")]),
        ("[]", []),
        ("[1, a: 2]", [1, (Atom("a"), 2)]),
        ('[a: 1, "b c": [d?: nil]]', Keyword((("a", 1), ("b c", Keyword((("d?", None),)))))),
        ("[{:a, 1}, {:b, 2}]", Keyword((("a", 1), ("b", 2)))),
        ("[{A, 1}]", [(Module("A"), 1)]),
        ("{:a, b: 1}", (Atom("a"), Keyword((("b", 1),)))),
        ('%{"a" => 1}', Map((("a", 1),))),
        ("%{}", Map(())),
        ("~D[2020-01-31]", Sigil("D", "2020-01-31")),
        ("~T[23:59:59.5]", Sigil("T", "23:59:59.5")),
        ("~U[2020-01-31 00:00:00Z]", Sigil("U", "2020-01-31 00:00:00Z")),
    ],
)
def test_a_literal_is_read_as_the_term_it_is(source: str, expected: Value) -> None:
    found = value(source)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "source",
    ['"#{x}"', "x", "f(1)", "[1, x]", "%{a: x}", "%{a: 1}", "%V{a: 1}", "@x", "&f/1", "&(&1)",
     '"\\xff"', '"\\u{110000}"', '"\\ud800"', "1.0e999", "~D[today]", "~U[2020-01-01]",
     "~r/x/",
     "__MODULE__", "__MODULE__.X", "9" * 5000, '"a" <> x', "1 + 2"],
)  # fmt: skip
def test_what_is_not_static_is_marked_with_its_text(source: str) -> None:
    assert value(source) == Unreadable(source)


STRINGS = [
    r'"a\n\t\\\"\a\b\d\e\f\r\s\v\0\q"',
    r'"\x41\u00e9\u{1f600}\x{e9}"',
    r'"\xC3\xA9"',
    '"a\\\n  b"',
    r'"\#{x} é"',
    '"""\n  a\n\n    b\\\n   c\n  \\n d\n  """',
    '"""\n"""',
    '~S"""\n  a\\n #{x}\n  """',
    r"~s(a\)\n)",
    r"~S(a\)\n)",
    r"~s|x\|y|",
]


def test_strings_mean_what_elixir_says_they_mean() -> None:
    elixir = shutil.which("elixir")
    if elixir is None:
        pytest.skip("no elixir on the PATH")
    program = "for x <- [" + ",\n".join(STRINGS) + "], do: IO.puts(Base.encode16(x))"
    output = subprocess.run(
        [elixir, "--erl", "+fnu", "-e", program], check=True, capture_output=True, text=True
    ).stdout
    expected = [bytes.fromhex(line).decode() for line in output.split()]
    # An empty string is an empty line.
    expected.insert(STRINGS.index('"""\n"""'), "")
    assert [value(source) for source in STRINGS] == expected


def test_a_list_of_strings_or_atoms() -> None:
    tree = parse(b'["a", :b]\n~w(c d)a\n["a", 1]\n[]\nx\n')
    found = [read_strings(tree, node) for node in tree.expressions]
    assert found == [("a", "b"), ("c", "d"), None, (), None]
