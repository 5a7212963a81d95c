"""Names and comments are text, whatever they hold."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.document.documents import again, document, fresh, link, table

from ash_scaffold.document.ddl import create_table
from ash_scaffold.document.markdown.escape import (
    code,
    fence,
    plain,
    printable,
    prose,
    table_key,
)
from ash_scaffold.document.model import Document
from ash_scaffold.postgres import catalog
from ash_scaffold.postgres.catalog import Name, TypeUse

TEXT = TypeUse(Name("pg_catalog", "text"))
HOSTILE = (
    "a|b",
    "`tick` ``two``",
    "`",
    "</script><script>alert(1)</script>",
    "--> <b>bold</b> <!--",
    "<!-- ash-scaffold:end -->",
    "one\ntwo\r\nthree\n<!-- ash-scaffold:end -->\n# heading",
    "]]> [link](http://x) ![i](y)",
    "*stars* _under_ ~~gone~~",
    "# heading",
    "- item",
    "1. item",
    "=====",
    "```\nfence\n```",
    "&lt;b&gt; &amp;",
    "\\",
    "a\\|b",
    "\u202egnp.exe\u2028next\x1b[31m",
    '"quoted"',
    "{{ 7 * 7 }} {% raw %}",
    "#{System.halt()}",
    "http://example.com/ www.example.com me@example.com",
    "  spaces  ",
    "|",
    ":smile:",
    "$x$",
    "%% note",
)
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def hostile(text: str) -> Document:
    name = Name("public", text)
    found = table(name, text, "some_id", comment=text, note=text, uses=["App.One"])
    return document(found, table("plain", "id"), links=[link(text, "plain", "some_id")])


def inline(tokens: list[Token], opening: str) -> list[Token]:
    """The inline content of all blocks that a token opens."""
    return [tokens[n + 1] for n, token in enumerate(tokens) if token.type == opening]


def structure(tokens: list[Token]) -> list[str]:
    """All blocks and all markup, in order; how text is broken into pieces is no matter."""
    text = {"text", "text_special", "softbreak", "code_inline"}
    return [
        each.type
        for token in tokens
        for each in (token, *(child for child in token.children or () if child.type not in text))
    ]


def shown(token: Token) -> str:
    """The text that a reader sees."""
    return "".join(child.content for child in token.children or ())


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_the_text_and_nothing_more(text: str) -> None:
    tokens = MARKDOWN.parse(fresh(hostile(text)))
    line = printable(" ".join(text.split()))

    headings = [shown(each) for each in inline(tokens, "heading_open")]
    assert headings.count(line) == 1
    assert [each for each in headings if line in each] == [
        *(each for each in headings if each == line),
        *(each for each in headings if each.startswith(f"{line} → ")),
    ]
    paragraphs = [shown(each) for each in inline(tokens, "paragraph_open")]
    assert line in paragraphs
    assert structure(tokens) == structure(MARKDOWN.parse(fresh(hostile("harmless"))))


@pytest.mark.parametrize("text", HOSTILE)
def test_every_row_has_the_cells_of_its_table(text: str) -> None:
    tokens = MARKDOWN.parse(fresh(hostile(text)))
    rows: list[int] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append(0)
        elif token.type in ("td_open", "th_open"):
            rows[-1] += 1
        elif token.type == "inline" and rows and token.content.startswith("some_id"):
            assert token.content == "some_id"
    assert set(rows) == {2, 4, 5, 6}
    cells = [shown(each) for each in inline(tokens, "td_open")]
    # A table's cell is what a reader sees of the column's name, and of the note about it.
    assert cells.count(printable(text)) + cells.count(printable(text).strip()) >= 1
    assert printable(" ".join(text.split())) in cells


@pytest.mark.parametrize("text", HOSTILE)
def test_a_run_finds_its_own_blocks_again(text: str) -> None:
    found = hostile(text)
    first = fresh(found)
    assert again(found, first) == first
    edited = first.replace("## Notes\n", "## Notes\n", 1) + "\nA person's text.\n"
    assert again(found, edited) == edited


@pytest.mark.parametrize("text", HOSTILE)
def test_a_definition_keeps_to_its_lines(text: str) -> None:
    column = catalog.Column(name=text, type=TEXT, comment=text, default=f"'{text}'::text")
    found = create_table(catalog.Table(name=Name("public", text), columns=(column,)), {})
    assert found.count("\n") == 3
    block = fence(found, "sql")
    tokens = MARKDOWN.parse(block + "\n")
    assert [(token.type, token.info) for token in tokens] == [("fence", "sql")]
    assert tokens[0].content.count("\n") == 3


def test_different_names_have_different_keys() -> None:
    names = [
        Name("public", "users"),
        Name("public", "Users"),
        Name("public", "a.b"),
        Name("a", "b"),
        Name("public", "a b"),
        Name("public", "a-b"),
        Name("public", "é"),
        Name("other", "users"),
    ]
    keys = {table_key(name).lower() for name in names}
    assert len(keys) == len(names)
    assert all(key.isascii() and " " not in key and "--" not in key for key in keys)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("users_tokens", "users_tokens"),
        ("_under_", "\\_under\\_"),
        ("a|b", "a\\|b"),
        ("1. first", "1\\. first"),
        ("- dash", "\\- dash"),
        ("two\n lines", "two lines"),
        ("<b>", "&lt;b&gt;"),
        ("see https://x.org", "see https&#58;//x.org"),
        ("don't", "don't"),
    ],
)
def test_plain_text(text: str, markdown: str) -> None:
    assert plain(text) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [("id", "`id`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), (" a", "`  a `"), ("a\nb", "`a\\nb`")],
)
def test_a_code_span(text: str, markdown: str) -> None:
    assert code(text) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("`:map` would fail", "`:map` would fail"),
        ("1. not `a*b` but *this*", "1\\. not `a*b` but \\*this\\*"),
        ("`<b>` is <b>", "`<b>` is &lt;b&gt;"),
        ("- `one` and `two`", "\\- `one` and `two`"),
        ("one ` alone", "one \\` alone"),
        ("`a` and ` alone", "\\`a\\` and \\` alone"),
        ("none", "none"),
    ],
)
def test_backticks_of_our_own_texts_make_code_spans(text: str, markdown: str) -> None:
    assert prose(text) == markdown


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_with_code_spans_shows_all_else_as_it_is(text: str) -> None:
    (paragraph,) = inline(MARKDOWN.parse(prose(f"see {text}")), "paragraph_open")
    kinds = {child.type for child in paragraph.children or ()}
    seen = printable(" ".join(f"see {text}".split()))
    if text.count("`") % 2 == 0:
        seen = seen.replace("`", "")
    assert kinds <= {"text", "text_special", "code_inline"}
    assert shown(paragraph).replace("`", "") == seen.replace("`", "")
