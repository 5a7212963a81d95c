"""The pages of the documentation, their blocks of code, and what comments tell the tests of them.

A comment `<!-- docs: VERB … -->` says something of the next block. CONTRIBUTING.md has the verbs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
# What a reader sees for something that was left out.
LEFT_OUT = "…"
_COMMENT = re.compile(r"<!-- docs:(.*?)-->", re.DOTALL)
# What follows the verb in the comment, over several lines or in one; and whether there has to be.
VERBS = {
    "project": True,
    "shell": True,
    "sql": True,
    "run": False,
    "write": True,
    "append": True,
    "patch": False,
    "file": True,
    "exit": True,
    "recorded": True,
    "other": False,
}


class Direction(msgspec.Struct, frozen=True):
    """What a comment tells the tests: a verb, and what follows it."""

    verb: str
    text: str


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A block of code between fences: `first` and `last` are the lines of its text, from 0."""

    page: str
    language: str
    text: str
    first: int
    last: int
    indent: str
    directions: tuple[Direction, ...] = ()

    @property
    def place(self) -> str:
        return f"{self.page}:{self.first}"

    def told(self, verb: str) -> str | None:
        """Return what follows the verb in its comments; None where none has it."""
        found = [each.text for each in self.directions if each.verb == verb]
        return found[-1] if found else None


def pages() -> list[str]:
    """Return the pages that are for users and contributors, by their path from the root."""
    docs = (path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
    return ["README.md", "CONTRIBUTING.md", *sorted(docs)]


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def blocks(page: str, text: str | None = None) -> list[Block]:
    """Return the blocks of a page in order. Raises `ValueError` for a comment that says nothing."""
    text = read(page) if text is None else text
    lines = text.splitlines()
    found, waiting = [], list[Direction]()
    for token in tokens(text):
        if token.type == "html_block":
            waiting += _directions(page, token.content)
        if token.type != "fence" or token.map is None:
            continue
        start, end = token.map
        opening = lines[start]
        block = Block(
            page=page,
            language=token.info.partition(" ")[0],
            text=token.content,
            first=start + 1,
            last=end - 1,
            indent=opening[: len(opening) - len(opening.lstrip())],
            directions=tuple(waiting),
        )
        found.append(block)
        waiting = []
    if waiting:
        raise ValueError(f"{page}: no block follows the last comment: {waiting[-1].verb}")
    return found


def _directions(page: str, comment: str) -> Iterator[Direction]:
    for body in _COMMENT.findall(comment):
        verb, _, text = body.strip().partition("\n" if "\n" in body.strip() else " ")
        verb, _, more = verb.partition(" ")
        text = f"{more}\n{text}".strip()
        if verb not in VERBS or VERBS[verb] != bool(text):
            raise ValueError(f"{page}: a comment that the tests don't know: {body.strip()}")
        yield Direction(verb, text)


def replaced(text: str, changes: dict[Block, str]) -> str:
    """Return a page's text with other texts of its blocks."""
    lines = text.splitlines(keepends=True)
    for block in sorted(changes, key=lambda each: -each.first):
        new = changes[block].splitlines(keepends=True)
        lines[block.first : block.last] = [
            f"{block.indent}{line}" if line.strip() else line for line in new
        ]
    return "".join(lines)
