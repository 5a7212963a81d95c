"""Generated blocks and people's text in one file: how they are distinguished.

A block stands between two comments of its own line:

    <!-- ash-scaffold:begin used-by.posts rows:1f2e3d4 -->
    …
    <!-- ash-scaffold:end -->

Everything else is people's. The words after a block's id hold digests of the generated text, so
that an edit inside the block is noticed: `sum:` one of a block that is replaced as a whole,
`rows:` one for each line of a list or table, which may have remarks, ticks and lines of people's
own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import msgspec

from ash_scaffold.problem import Code, ScaffoldError, fail

_BEGIN = re.compile(r"<!-- ash-scaffold:begin ([^\s:]+)((?: [a-z]+:[^\s:]*)*) -->\s*\Z")
_END = "<!-- ash-scaffold:end -->"
_MARKER = re.compile(r"\s*<!--\s*ash-scaffold:")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]|$)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A block to be written. `head` are lines above `rows`; without rows it is one whole.

    `rows` is None for a block that is replaced as a whole. `words` are further facts that the
    block's marker keeps. `names_tables` means that the first code span of a row names tables.
    """

    id: str
    head: str
    rows: tuple[str, ...] | None = None
    words: Mapping[str, str] = {}
    names_tables: bool = False


class OldBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A block as a file has it: its body without the markers, with line feeds only.

    `line` is where it begins; `level` that of the heading it stands under.
    """

    id: str
    words: Mapping[str, str]
    body: str
    line: int
    level: int = 0

    @property
    def rows(self) -> frozenset[str] | None:
        """The digests of the lines that were generated, None for a block that is a whole."""
        words = self.words.get("rows")
        return None if words is None else frozenset(words.split(","))


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A block and the text that follows it, to the next block or the end of the file.

    `own` is what belongs to the block; `rest` begins with a heading that is not below the one
    the block stands under.
    """

    block: OldBlock
    own: str
    rest: str


class OldPage(msgspec.Struct, frozen=True, kw_only=True):
    """A file in parts. `top` is what stands before the first block."""

    path: str
    top: str
    segments: tuple[Segment, ...]
    newline: str = "\n"


def digest(text: str, size: int = 12) -> str:
    """Return a short digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:size]


def begin(block_id: str, words: Mapping[str, str]) -> str:
    """Write the line that begins a block."""
    facts = "".join(f" {name}:{value}" for name, value in words.items())
    return f"<!-- ash-scaffold:begin {block_id}{facts} -->\n"


def end() -> str:
    """Write the line that ends a block."""
    return f"{_END}\n"


def is_marker(line: str) -> bool:
    """Whether a line is taken for the beginning or the end of a block."""
    return _MARKER.match(line) is not None


def parse_page(path: str, text: str) -> OldPage:
    """Take a file apart. Raises `ScaffoldError` (`edited-file`) where its markers are damaged."""
    top: list[str] = []
    found: list[OldBlock] = []
    current = top
    opened: tuple[int, str, Mapping[str, str]] | None = None
    level = 0
    after: list[list[str]] = []
    for number, line in enumerate(_lines(text), 1):
        if not is_marker(line):
            current.append(line)
            continue
        match = _BEGIN.match(line)
        if match is not None and opened is None:
            opened, current = (number, match[1], _words(match[2])), []
        elif line.strip() == _END and opened is not None:
            body = "".join(current).replace("\r\n", "\n")
            level = heading_level(body) or level
            start, name, words = opened
            block = OldBlock(id=name, words=words, body=body, line=start, level=level)
            found.append(block)
            opened, current = None, []
            after.append(current)
        else:
            raise _damaged(path, number, line)
    if opened is not None:
        raise _damaged(path, opened[0], f"{opened[1]} has no end")
    _require_distinct(path, found)
    return OldPage(
        path=path,
        top="".join(top),
        segments=tuple(
            _segment(block, "".join(lines)) for block, lines in zip(found, after, strict=True)
        ),
        newline="\r\n" if text.partition(_END)[2].startswith("\r\n") else "\n",
    )


def _lines(text: str) -> list[str]:
    """Split at line feeds only: other separators of Unicode are people's text."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _words(text: str) -> dict[str, str]:
    parts = (word.partition(":") for word in text.split())
    return {name: value for name, _, value in parts}


def _require_distinct(path: str, blocks: list[OldBlock]) -> None:
    ids: set[str] = set()
    for block in blocks:
        if block.id in ids:
            raise _damaged(path, block.line, f"{block.id} is there twice")
        ids.add(block.id)


def _damaged(path: str, line: int, what: str) -> ScaffoldError:
    return fail(
        Code.EDITED_FILE,
        f"The marks of the generated blocks are damaged: {what.strip()}",
        where=f"{path}:{line}",
        todo="Every `ash-scaffold:begin` needs its `ash-scaffold:end`, and every block is there "
        "once. Restore the marks from version control, or delete what is left of the block: it "
        "is written anew.",
    )


def _segment(block: OldBlock, text: str) -> Segment:
    own, rest = split_own(block.level, text)
    return Segment(block=block, own=own, rest=rest)


def split_own(level: int, text: str) -> tuple[str, str]:
    """Split what follows a block at the first heading that begins something else.

    `level` is that of the heading that the block stands under.
    """
    lines = _lines(text)
    fence = ""
    for index, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark is not None:
            if not fence:
                fence = mark[1]
            elif mark[1][0] == fence[0] and len(mark[1]) >= len(fence):
                fence = ""
            continue
        heading = None if fence else _HEADING.match(line)
        if heading is not None and len(heading[1]) <= level:
            return "".join(lines[:index]), "".join(lines[index:])
    return text, ""


def heading_level(body: str) -> int:
    """Return the level of the last heading in a block's body, 0 for none."""
    level, fence = 0, ""
    for line in body.split("\n"):
        mark = _FENCE.match(line)
        if mark is not None:
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        elif not fence and (heading := _HEADING.match(line)):
            level = len(heading[1])
    return level
