"""The words of the pages: spelling, and the few rules of style that CONTRIBUTING.md has."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from markdown_it.token import Token
from tests.docs.pages import ROOT, pages, read, tokens

PAGES = [*pages(), "CHANGELOG.md"]
# Words that judge what a reader finds hard, and words for which there is a plain one.
UNWANTED = re.compile(
    r"\b(simply|just|easy|easily|obviously|clearly|basically|utili[sz]e|leverage|seamless(ly)?|"
    r"powerful|blazing|e\.g\.|i\.e\.|etc\.)(?!\w)",
    re.IGNORECASE,
)
# Names as those who own them write them, by what is written in their place.
NAMES = {
    r"\bPostgres\b": "PostgreSQL",
    r"\bpostgres(ql)?\b": "PostgreSQL",
    r"\bPostgreSql\b": "PostgreSQL",
    r"\b[Gg]ithub\b": "GitHub",
    r"\bPK\b": "primary key",
    r"\bFK\b": "foreign key",
    r"\bprimary-key\b": "primary key",
}
# Names that a heading may have in capitals after its first word.
CAPITALISED = set(
    "Ash AshPostgres CI Docker Ecto Elixir GitHub Action Actions JSON Phoenix PostgreSQL SQL YAML "
    "I URL HTML Postgrex Oban LiveView Git Python Mix Hex Spark".split()
)
LONGEST_SENTENCE = 60


class Text:
    """The prose of a page: paragraphs and headings, with the line that each begins on."""

    def __init__(self, text: str) -> None:
        self.paragraphs: list[tuple[int, str]] = []
        self.headings: list[tuple[int, int, str]] = []
        before: Token | None = None
        for token in tokens(text):
            if token.type == "inline" and before is not None and token.map is not None:
                words = "".join(_prose(token))
                line = token.map[0] + 1
                if before.type == "heading_open":
                    self.headings.append((line, int(before.tag[1]), words))
                self.paragraphs.append((line, words))
            before = token


def _prose(token: Token) -> Iterator[str]:
    """Give a paragraph's text, with a letter in place of each piece of code."""
    for child in token.children or ():
        if child.type == "code_inline":
            yield "x"
        elif child.type in ("softbreak", "hardbreak"):
            yield " "
        elif child.type == "text":
            yield child.content


def complaints(text: str) -> list[str]:
    """Return what the rules of style have against a page, each with its line."""
    page = Text(text)
    found = []
    for line, words in page.paragraphs:
        found += [f"{line}: leave out {each[0]!r}" for each in UNWANTED.finditer(words)]
        found += [
            f"{line}: {each[0]!r} is {name}"
            for pattern, name in NAMES.items()
            for each in re.finditer(pattern, words)
        ]
        found += [f"{line}: an exclamation mark" for _ in re.finditer(r"\w!(\s|$)", words)]
        found += [
            f"{line}: a sentence of {len(sentence.split())} words"
            for sentence in re.split(r"(?<=[.:;?])\s", words)
            if len(sentence.split()) > LONGEST_SENTENCE
        ]
    levels = [level for _, level, _ in page.headings]
    if levels.count(1) != 1 or levels[0] != 1:
        found.append("1: a page has one title, which comes first")
    for (line, level, words), above in zip(page.headings, [0, *levels], strict=False):
        found += [f"{line}: a heading two levels below the last one"] * (level > above + 1)
        found += [f"{line}: a heading ends with {words[-1:]!r}"] * words.endswith((".", ":", "!"))
        found += [
            f"{line}: {word!r} in a heading begins with a small letter"
            for word in re.findall(r"[\w.']+", words)[1:]
            if word[0].isupper() and word not in CAPITALISED
        ]
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_keeps_to_the_rules(page: str) -> None:
    assert complaints(read(page)) == []


def test_the_pages_are_spelled_right() -> None:
    words = ROOT / "tests/docs/words.txt"
    done = subprocess.run(
        [sys.executable, "-m", "codespell_lib", "--ignore-words", str(words), *PAGES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_what_is_against_the_rules_is_found() -> None:
    text = (
        "# A title\n\nIt is just Postgres! And `just` code, or\nthe postgres URL.\n\n"
        "### Too Deep:\n\n## In `Code` and Ash\n\n" + "word " * 61 + "\n"
    )
    assert complaints(text) == [
        "3: leave out 'just'",
        "3: 'Postgres' is PostgreSQL",
        "3: 'postgres' is PostgreSQL",
        "3: an exclamation mark",
        "10: a sentence of 61 words",
        "6: a heading two levels below the last one",
        "6: a heading ends with ':'",
        "6: 'Deep' in a heading begins with a small letter",
    ]
    assert complaints("No title\n") == ["1: a page has one title, which comes first"]
