from __future__ import annotations

import base64
import random
import shutil
import subprocess
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ash_scaffold.project.format import formatter_calls
from ash_scaffold.syntax.literal import atom, comment, fit, flat, heredoc, key, statement, string
from ash_scaffold.syntax.parse import expressions, parse
from ash_scaffold.syntax.values import read
from ash_scaffold.term import (
    Atom,
    Call,
    Capture,
    Expr,
    Keyword,
    Map,
    Module,
    Operator,
    Parent,
    Ref,
    Sigil,
    Term,
)

TEXT = st.text(max_size=40)
AWKWARD = st.sampled_from(
    [
        "", " ", '"', '\\"', "#{x}", "\\#{x}", "#", "##{", "#\\{", "{", "\n", "\r\n", '"""', "\x00",
        "\u202e", "\ufeff", "é", "e\u0301", "naïve", "日本", "👩\u200d👧", "nil", "true", "a b",
        "A", "Elixir", "a-b", "a.b", "a?", "a!", "a!?", "?", "9", "_", "a@b", "+", "..", "::", "=>",
        "\x7f", "\x85", "\u2028", "do", "end", "fn", "é?", "ﬁ", "жук", "aж", "a\u0663", "x" * 120,
    ]
)  # fmt: skip
NAMES = (TEXT | AWKWARD).filter(lambda name: name not in ("nil", "true", "false"))
SCALARS: st.SearchStrategy[Term] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
    AWKWARD,
    # An atom of an alias' name is that alias to Elixir.
    NAMES.filter(lambda name: not name.startswith("Elixir.")).map(Atom),
    st.sampled_from([Module("App.Types.Json"), Module("App.User")]),
    st.just(Capture("DateTime", "utc_now", 0)),
)


def _keywords(values: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    return st.lists(st.tuples(NAMES, values), min_size=1, max_size=4).map(
        lambda items: Keyword(tuple(items))
    )


def _maps(values: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    return st.lists(st.tuples(TEXT, values), max_size=4).map(lambda items: Map(tuple(items)))


def _is_pair(term: Term) -> bool:
    return isinstance(term, tuple) and len(term) == 2 and isinstance(term[0], Atom)


def _containers(values: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    items = st.lists(values, max_size=5)
    # Pairs of an atom and a value are a keyword list in Elixir, and so is a keyword in a list.
    lists = items.filter(
        lambda found: (
            not (found and all(map(_is_pair, found)))
            and not any(isinstance(item, Keyword) for item in found)
        )
    )
    return st.one_of(lists, items.map(tuple), _keywords(values), _maps(values))


TERMS: st.SearchStrategy[Term] = st.recursive(SCALARS, _containers, max_leaves=12)


def read_back(source: str) -> object:
    tree = parse(source.encode())
    assert tree.fault is None, source
    (node,) = tree.expressions
    return read(tree, node)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (None, "nil"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-32768, "-32768"),
        (-2147483648, "-2_147_483_648"),
        (123456, "123_456"),
        (0.0, "0.0"),
        (-1.5, "-1.5"),
        (1234567.25, "1_234_567.25"),
        (1e22, "1.0e22"),
        (1.5e-7, "1.5e-7"),
        (Decimal("0.10"), 'Decimal.new("0.10")'),
        ("it's", '"it\'s"'),
        ('say "hi"', r'"say \"hi\""'),
        ("#{System.halt()}", r'"\#{System.halt()}"'),
        ("a # b", '"a # b"'),
        ("back\\slash", r'"back\\slash"'),
        ("two\nlines\ttab\r\x1b", r'"two\nlines\ttab\r\e"'),
        ("\u202eevil\u2066", r'"\u{202E}evil\u{2066}"'),
        ("\x00\x7f", r'"\u{0}\u{7F}"'),
        ("Größe", '"Größe"'),
        (Atom("email"), ":email"),
        (Atom("publishedAt"), ":publishedAt"),
        (Atom("Name"), ":Name"),
        (Atom("active?"), ":active?"),
        (Atom("read only"), ':"read only"'),
        (Atom("a-b"), ':"a-b"'),
        (Atom("9lives"), ':"9lives"'),
        (Atom(""), ':""'),
        (Atom("nil"), "nil"),
        (Atom("billing.status"), ':"billing.status"'),
        (Atom('odd."Status"'), r':"odd.\"Status\""'),
        (Atom("größe"), ":größe"),
        (Atom("*"), ":*"),
        (Module("App.User"), "App.User"),
        (Capture("DateTime", "utc_now", 0), "&DateTime.utc_now/0"),
        ([], "[]"),
        (Map(), "%{}"),
        (Sigil("N", "2020-01-31T00:00:00"), "~N[2020-01-31T00:00:00]"),
        ((), "{}"),
        ((Atom("array"), Atom("string")), "{:array, :string}"),
        (Keyword((("a", 1), ("read only", 2))), '[a: 1, "read only": 2]'),
        (Map((("a", 1), ("b c", [True]))), '%{"a" => 1, "b c" => [true]}'),
        ([Atom("read"), Keyword((("create", Atom("*")),))], "[:read, create: :*]"),
        (Ref("email"), "email"),
        (Ref("in"), "^ref(:in)"),
        (Ref("publishedAt"), "publishedAt"),
        (Ref("Name"), "^ref(:Name)"),
        (Ref("größe"), "^ref(:größe)"),
        (Parent("end"), "parent(^ref(:end))"),
        (Expr(Call("is_nil", (Ref("deleted_at"),))), "expr(is_nil(deleted_at))"),
        (Operator("not", (Call("is_nil", (Ref("a"),)),)), "not is_nil(a)"),
    ],
)  # fmt: skip
def test_a_term_on_one_line(term: Term, expected: str) -> None:
    assert flat(term) == expected


A, B, C = Ref("a"), Ref("b"), Ref("c")


def op(name: str, *operands: Term) -> Operator:
    return Operator(name, operands)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (op("and", op("and", A, B), C), "a and b and c"),
        (op("and", A, op("and", B, C)), "a and (b and c)"),
        (op("or", op("and", A, B), C), "(a and b) or c"),
        (op("and", op("or", A, B), C), "(a or b) and c"),
        (op("or", A, op("and", B, C)), "a or (b and c)"),
        (op("and", op("==", A, 1), op("in", B, [1, 2])), "a == 1 and b in [1, 2]"),
        (op("not", op("and", A, B)), "not (a and b)"),
        (op("not", op("in", A, [1])), "a not in [1]"),
        (op("not", op("not", op("in", A, [1]))), "not (a not in [1])"),
        (op("and", op("not", op("in", A, [1])), B), "a not in [1] and b"),
        (op("and", op("not", A), B), "not a and b"),
        (op("==", op("==", A, B), C), "(a == b) == c"),
    ],
)
def test_operators_keep_their_meaning(term: Term, expected: str) -> None:
    assert flat(term) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_float_without_a_literal_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="no literal"):
        flat(value)


def test_a_comment_stays_on_its_line_whatever_it_says() -> None:
    assert comment("  lower(slug)  ") == "# lower(slug)"
    assert comment("a\nSystem.halt()") == r"# a\nSystem.halt()"
    assert comment("a\u2028b\u202ec") == r"# a\u{2028}b\u{202E}c"


@given(TEXT | AWKWARD)
@settings(derandomize=True, max_examples=200)
def test_a_string_reads_back(text: str) -> None:
    assert read_back(string(text)) == text


@given(NAMES)
@settings(derandomize=True, max_examples=200)
def test_an_atom_reads_back(name: str) -> None:
    expected = {"nil": None, "true": True, "false": False}.get(name, Atom(name))
    assert read_back(atom(name)) == expected


@given(NAMES, TEXT)
@settings(derandomize=True, max_examples=200)
def test_a_key_reads_back(name: str, value: str) -> None:
    assert read_back(f"[{key(name)} {string(value)}]") == Keyword(((name, value),))


@given(TERMS)
@settings(derandomize=True, max_examples=200, deadline=None)
def test_a_term_reads_back(term: Term) -> None:
    assert read_back(flat(term)) == term


@given(TERMS, st.integers(0, 60))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_a_broken_term_reads_back(term: Term, indent: int) -> None:
    assert read_back(fit(term, indent, indent, 1)) == term


LINES = st.lists(TEXT | AWKWARD, min_size=2, max_size=6).map("\n".join)


def in_place(lines: list[str], indent: int) -> str:
    """Return the lines of a heredoc as an argument of a call that is indented."""
    first, *rest = lines
    pad = " " * indent
    return "\n".join([f"{pad}description {first}", *(pad + line if line else "" for line in rest)])


@given(LINES, st.integers(0, 8))
@settings(derandomize=True, max_examples=500, deadline=None)
def test_a_heredoc_reads_back(text: str, indent: int) -> None:
    lines = heredoc(text)
    assume(lines is not None)
    assert lines is not None
    assert not any(line != line.rstrip() or "\t" in line for line in lines)
    tree = parse(in_place(lines, indent).encode())
    assert tree.fault is None
    call = expressions(tree.root)[0]
    arguments = next(child for child in call.children if child.type == "arguments")
    assert read(tree, expressions(arguments)[0]) == text


@pytest.mark.parametrize("text", ["", "one", "one\n", "\n", "\n\n", "\none", "one\r two"])
def test_a_single_line_is_no_heredoc(text: str) -> None:
    assert heredoc(text) is None


@pytest.mark.skipif(shutil.which("elixir") is None, reason="no elixir on the PATH")
def test_elixir_reads_heredocs_as_what_they_are_and_its_formatter_leaves_them(
    tmp_path: Path,
) -> None:
    found: dict[str, list[str]] = {}

    @given(LINES)
    @settings(derandomize=True, max_examples=1_000, deadline=None, database=None)
    def collect(text: str) -> None:
        lines = heredoc(text)
        if lines is not None:
            found[text] = lines

    collect()
    for text in HEREDOCS:
        lines = heredoc(text)
        assert lines is not None
        found[text] = lines
    (tmp_path / "reader.exs").write_text(READER)
    cases = [(in_place(lines, 4).replace("description ", "", 1), t) for t, lines in found.items()]
    (tmp_path / "cases").write_text(
        "".join(f"{_base64(literal)}\t{_base64(text)}\n" for literal, text in cases)
    )
    assert answer_of_elixir(tmp_path) == ""
    texts = "\n".join(in_place(lines, 2) + "\n" for lines in found.values())
    source = f"defmodule Texts do\n{texts}end\n"
    assert mix_format(tmp_path, source) == source


HEREDOCS = [
    "one\ntwo",
    "one\ntwo\n",
    "one\n\n  two\n\n",
    "  one\n two",
    "\tone\n\t\ttwo\t",
    "one\r\ntwo\r\n",
    "trailing  \n   \nend ",
    'a """ b\n"""\n""""\n""',
    "#{x} \\#{x}\n\\",
    "\u200f right\n\u202eto left\u2028",
    "# no comment\nend\ndo",
]
WORDS = st.sampled_from("a id name email created_by tenant publishedAt".split()) | st.text(
    "abcdefgh_ -é", min_size=20, max_size=45
)
LONG: st.SearchStrategy[Term] = st.text("abc def_#{}\"'\\\néß", max_size=110)
ATOMS: st.SearchStrategy[Term] = WORDS.map(Atom)
NUMBERS = st.integers(-(10**12), 10**12) | st.decimals(
    allow_nan=False, allow_infinity=False, places=30, min_value=-(10**40), max_value=10**40
)
LITERALS: st.SearchStrategy[Term] = st.one_of(
    ATOMS, LONG, NUMBERS, st.booleans(), st.just(Module("App.Types.SomeRatherLongModuleName"))
)
ITEMS: st.SearchStrategy[Term] = st.one_of(
    st.lists(ATOMS, max_size=8).map(list[Term]), st.lists(LONG, max_size=6).map(list[Term])
)
OPTIONS: st.SearchStrategy[Term] = st.lists(
    st.tuples(WORDS, LITERALS | ITEMS), min_size=1, max_size=5
).map(lambda items: Keyword(tuple(items)))
NESTED: st.SearchStrategy[Term] = st.lists(
    st.tuples(WORDS, LITERALS | ITEMS | OPTIONS), min_size=1, max_size=4
).map(lambda items: Keyword(tuple(items)))
JSON: st.SearchStrategy[Term] = st.recursive(
    LONG | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | _maps(inner),
    max_leaves=8,
)
REFS = st.sampled_from("deleted_at state tenant_id a_column_with_a_long_name in".split()).map(Ref)
COMPARISONS: st.SearchStrategy[Term] = st.one_of(
    REFS,
    REFS.map(lambda ref: Call("is_nil", (ref,))),
    st.builds(
        lambda name, ref, value: Operator(name, (ref, value)),
        st.sampled_from(["==", "!=", "<", ">="]),
        REFS,
        LONG | st.integers() | REFS.map(lambda ref: Parent(ref.name)),
    ),
    st.builds(lambda ref, items: Operator("in", (ref, items)), REFS, st.lists(ATOMS, min_size=1)),
    st.builds(lambda text, ref: Call("fragment", (text, ref)), LONG, REFS),
)
CONDITIONS: st.SearchStrategy[Term] = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds(
            lambda name, left, right: Operator(name, (left, right)),
            st.sampled_from(["and", "or"]),
            inner,
            inner,
        ),
        inner.map(lambda operand: Operator("not", (operand,))),
    ),
    max_leaves=6,
)
CONSTRAINT_NAMES: st.SearchStrategy[Term] = st.one_of(
    st.tuples(st.lists(ATOMS, min_size=1, max_size=4), LONG),
    st.tuples(ATOMS, LONG, st.just("would leave records behind")),
)
STATEMENTS: st.SearchStrategy[tuple[str, tuple[Term, ...]]] = st.one_of(
    st.tuples(st.sampled_from(["description", "message", "table"]), LONG.map(lambda x: (x,))),
    st.tuples(st.just("source"), ATOMS.map(lambda x: (x,))),
    st.tuples(st.just("default"), (LITERALS | ITEMS | JSON).map(lambda x: (x,))),
    st.tuples(
        st.sampled_from(["constraints", "identity_index_names", "identity_wheres_to_sql"]),
        NESTED.map(lambda x: (x,)),
    ),
    st.tuples(st.just("identity"), st.tuples(ATOMS, st.lists(ATOMS, min_size=1, max_size=8))),
    st.tuples(st.just("where"), CONDITIONS.map(lambda x: (Expr(x),))),
    st.tuples(st.just("filter"), CONDITIONS.map(lambda x: (Expr(x),))),
    st.tuples(
        st.sampled_from(["unique_index_names", "foreign_key_names"]),
        CONSTRAINT_NAMES.map(lambda x: ([x],)),
    ),
    st.tuples(
        st.just("defaults"),
        st.builds(
            lambda create: (
                [
                    Atom("read"),
                    Atom("destroy"),
                    Keyword((("create", [Atom("*"), *create]), ("update", [Atom("*"), *create]))),
                ],
            ),
            st.lists(ATOMS, max_size=6),
        ),
    ),
)


@pytest.mark.skipif(shutil.which("mix") is None, reason="no mix on the PATH")
def test_statements_are_in_the_formatters_form(tmp_path: Path) -> None:
    written: dict[str, None] = {}

    @given(STATEMENTS, st.sampled_from([4, 6]))
    @settings(derandomize=True, max_examples=600, deadline=None, database=None)
    def collect(stated: tuple[str, tuple[Term, ...]], indent: int) -> None:
        name, args = stated
        text = statement(name, args, indent)
        outer = (indent - 2) // 2
        opening = "".join("  " * depth + "nest do\n" for depth in range(1, outer + 1))
        closing = "".join("  " * depth + "end\n" for depth in range(outer, 0, -1))
        written[opening + " " * indent + text + "\n" + closing] = None

    collect()
    source = "defmodule Statements do\n" + "\n".join(written) + "end\n"
    assert mix_format(tmp_path, source) == source


def mix_format(folder: Path, source: str) -> str:
    calls = ", ".join(formatter_calls())
    (folder / ".formatter.exs").write_text(f"[locals_without_parens: [{calls}]]")
    (folder / "statements.ex").write_text(source)
    subprocess.run(["mix", "format", "statements.ex"], cwd=folder, check=True, timeout=60)
    return (folder / "statements.ex").read_text()


CHARACTERS = (
    [chr(code) for code in range(256)]
    + list("\u200b\u200e\u202a\u202e\u2028\u2029\u2066\u2069\ufeff\ufffd\u0301\ufb01\u0130\uffff")
    + list("aaaaeeZZ99__??!!@@##{{}}\"\"\\\\''\n\néßñжпλ日本한ไ٣Ⅳ²🎉\U0010ffff")
)
READER = r"""
[path] = System.argv()

for {line, number} <- path |> File.stream!() |> Stream.with_index(1) do
  [literal, expected] = line |> String.trim_trailing("\n") |> String.split("\t")
  text = Base.decode64!(literal)
  expected = Base.decode64!(expected)

  value =
    case Code.string_to_quoted(text) do
      {:ok, {:comment, _, _}} -> "comment"
      {:ok, [{key, 1}]} -> to_string(key)
      {:ok, value} when is_binary(value) or is_atom(value) -> to_string(value)
      other -> inspect(other)
    end

  if value != expected, do: IO.puts("#{number}: #{inspect(text)} gives #{value}")
end
"""


NAMES_OF_SCRIPTS = [
    "größe", "Größe", "naïve?", "straße_2", "имя", "имя_поля", "Имя!", "όνομα", "ὄνομα", "անուն",
    "שם", "اسم", "نام", "नाम", "নাম", "பெயர்", "పేరు", "ಹೆಸರು", "പേര്", "ชื่อ", "ຊື່", "მისამართი", "ስም",
    "名前", "名前カナ", "ひらがな", "会社", "이름", "漢字이름", "_é", "é_", "ớ", "ə",
]  # fmt: skip
QUOTED_NAMES = [
    "会社id", "id会社", "имяid", "nameи", "αid", "é_имя", "‿", "‿a", "a‿b", "·a", "l·l", "カ・カ",
    "a・", "e\u0301", "ﬁ", "ª", "µ", "\u212b", "ſ", "ａ", "½", "٣", "a٣", "a\u200db", "क्\u200dष",
    "a\u202eb", "🎉", "a🎉", "\u0378", "a\u0378", "ꙁ", "ͼ", "ɐ", "ƀ", "ꭰ", "ᏸ", "𐐀", "ⲁ", "ⴀ",
    "ᄀ", "ㅎ", "a?!", "é??", "é@b", "é-b", "é b", "2é", "?é", "々a",
]  # fmt: skip
# Blocks of letters, living and dead, and all that is odd in a name.
SCRIPTS = [
    range(0x41, 0x5B), range(0x61, 0x7B), range(0xC0, 0x180), range(0x180, 0x250),
    range(0x250, 0x2B0),
    range(0x370, 0x400), range(0x400, 0x530), range(0x530, 0x590), range(0x590, 0x600),
    range(0x600, 0x700), range(0x700, 0x780), range(0x780, 0x800), range(0x8A0, 0x900),
    range(0x900, 0x980), range(0x980, 0xA00), range(0xA00, 0xB00), range(0xB00, 0xC00),
    range(0xC00, 0xD00), range(0xD00, 0xE00), range(0xE00, 0xE80), range(0xE80, 0xF00),
    range(0xF00, 0x1000), range(0x1000, 0x10A0), range(0x10A0, 0x1100), range(0x1100, 0x1200),
    range(0x1200, 0x13A0), range(0x13A0, 0x1780), range(0x1780, 0x1800), range(0x1800, 0x1D00),
    range(0x1D00, 0x1E00), range(0x1E00, 0x1F00), range(0x1F00, 0x2000), range(0x2C00, 0x2E00),
    range(0x3000, 0x3040), range(0x3041, 0x30A0), range(0x30A0, 0x3100), range(0x3100, 0x31C0),
    range(0x31F0, 0x3200), range(0x3400, 0x3480), range(0x4E00, 0x9FF0), range(0xA000, 0xA500),
    range(0xA640, 0xA700), range(0xA720, 0xA800), range(0xAB30, 0xABC0), range(0xAC00, 0xD7A4),
    range(0xF900, 0xFB00), range(0xFB00, 0xFE00), range(0xFF00, 0xFFF0), range(0x10000, 0x10100),
    range(0x10400, 0x10500), range(0x1D400, 0x1D500), range(0x1E900, 0x1E960),
    range(0x20000, 0x20100), range(0x2A6D0, 0x2A700), range(0x30000, 0x30100),
]  # fmt: skip
ODD_CHARACTERS = (
    "_‿⁀︳＿·・･ー々〆ゝ\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2069\u00ad\ufe0f\u034f\u115f\u3164"
    "\u0301\u0308\u0327\u0345\u093c\u3099"
    "０９٣۳४೩๓²½Ⅳ①🎉👩\U0001f1e9℘℮ꜘ℃K\u037a\u0378\ufffe\ue000@#-.' \t\"\\"
)
ANY_CHARACTER = [code for code in range(0x3134B) if not 0xD800 <= code < 0xE000]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("elixir") is None, reason="no elixir on the PATH")
def test_elixir_reads_ten_thousand_hostile_texts_as_what_they_are(tmp_path: Path) -> None:
    chance = random.Random(20)
    cases: list[tuple[str, str]] = []
    for number in range(10_000):
        # PostgreSQL's names are of at most 63 bytes; a text may be of any length.
        length = chance.randint(0, 15 if number % 4 else 400)
        text = "".join(chance.choices(CHARACTERS, k=length))
        if number % 4 == 0:
            cases.append((string(text), text))
        elif number % 4 == 1:
            cases.append((atom(text), text))
        elif number % 4 == 2:
            cases.append((f"[{key(text)} 1]", text))
        else:
            cases.append((f"{comment(text)}\ncomment", "comment"))
    (tmp_path / "reader.exs").write_text(READER)
    (tmp_path / "cases").write_text(
        "".join(f"{_base64(literal)}\t{_base64(text)}\n" for literal, text in cases)
    )
    assert answer_of_elixir(tmp_path) == ""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("elixir") is None, reason="no elixir on the PATH")
def test_elixir_takes_ten_thousand_names_of_all_scripts(tmp_path: Path) -> None:
    chance = random.Random(15)
    names = {*NAMES_OF_SCRIPTS, *QUOTED_NAMES}
    while len(names) < 10_000:
        names.add(_drawn_name(chance))
    cases = [
        case
        for name in sorted(names - {"nil", "true", "false", ""})
        for case in ((atom(name), name), (f"[{key(name)} 1]", name))
    ]
    (tmp_path / "reader.exs").write_text(READER)
    (tmp_path / "cases").write_text(
        "".join(f"{_base64(literal)}\t{_base64(text)}\n" for literal, text in cases)
    )
    assert answer_of_elixir(tmp_path) == ""


@pytest.mark.parametrize("name", NAMES_OF_SCRIPTS)
def test_a_name_of_one_script_has_no_quotes(name: str) -> None:
    assert (atom(name), key(name)) == (f":{name}", f"{name}:")


@pytest.mark.parametrize("name", QUOTED_NAMES)
def test_a_name_that_an_elixir_may_not_take_is_in_quotes(name: str) -> None:
    assert atom(name).startswith(':"')
    assert key(name).endswith('":')


def _drawn_name(chance: random.Random) -> str:
    """Draw a name of at most 63 bytes: a word of a script, mostly, with some of what spoils it."""
    scripts = chance.choices(SCRIPTS, k=chance.choice([1, 1, 1, 2, 3]))
    letters = [chr(code) for script in scripts for code in chance.choices(script, k=4)]
    odd = chance.choices(ODD_CHARACTERS, k=chance.choice([0, 0, 1, 2]))
    if chance.random() < 0.4:
        letters, odd = [char for char in letters if char.isidentifier()], []
    plain = list(chance.choice(["", "", "_", "id", "2", "_id", "Id"]))
    drawn = letters + odd + plain
    if chance.random() < 0.7:
        chance.shuffle(drawn)
    name = "".join(drawn)
    if chance.random() < 0.2:
        name = chr(chance.choice(ANY_CHARACTER)) + name
    if chance.random() < 0.3:
        name = unicodedata.normalize(chance.choice(["NFC", "NFD", "NFKC"]), name)
    name = name + chance.choice(["", "", "", "?", "!", "?!"])
    return name.encode()[:63].decode(errors="ignore")


def answer_of_elixir(folder: Path) -> str:
    run = subprocess.run(
        ["elixir", "reader.exs", "cases"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return run.stdout + run.stderr


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
