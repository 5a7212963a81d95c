"""Text from the database as Markdown that shows it and nothing else.

Source: the GitHub Flavored Markdown specification (backslash escapes, code spans, tables).
"""

from __future__ import annotations

import hashlib
import re

from ash_scaffold.postgres.catalog import Name

_CODES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# `_` is markup only where a neighbour is no letter or digit, and inside names it is common.
_MARKUP = re.compile(r"[\\`*\[\]~|$!]|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ENTITY = re.compile(r"[&<>]")
_AT_START = re.compile(r"(\s*)(?:([-+=#:])|(\d+)([.)]))")
# A scheme or `www.` makes a link of itself, and a word between colons a picture.
_LINKS = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp)(:)|\b(www)(\.)|(?<=\w)(@)(?=\w)|(:)(?=\w+:)")
_RUN = re.compile(r"`+")
_PLAIN = re.compile(r"[a-z0-9_]+\Z")


def printable(text: str) -> str:
    """Show control characters, line ends and direction marks by their codes."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _code(char) for char in text)


def _code(char: str) -> str:
    return _CODES.get(char) or f"\\u{{{ord(char):x}}}"


def plain(text: str) -> str:
    """Escape a text for a paragraph, a heading, a list item or a table's cell: one line."""
    return _begun(_inline(" ".join(text.split())))


def prose(text: str) -> str:
    """Escape a text of the tool's own as `plain` does, but take its backticks for code spans.

    Backticks that make no pairs are plain text.
    """
    pieces = " ".join(text.split()).split("`")
    if len(pieces) % 2 == 0:
        return plain(text)
    spans = (code(piece) if index % 2 else _inline(piece) for index, piece in enumerate(pieces))
    return _begun("".join(spans))


def _inline(text: str) -> str:
    line = _MARKUP.sub(lambda match: f"\\{match[0]}", printable(text))
    line = _ENTITY.sub(lambda match: _ENTITIES[match[0]], line)
    return _LINKS.sub(_unlinked, line)


def _begun(line: str) -> str:
    return _AT_START.sub(_not_at_start, line, count=1) if _AT_START.match(line) else line


def _unlinked(match: re.Match[str]) -> str:
    mark = next(mark for mark in (match[2], match[4], match[5], match[6]) if mark)
    word = match[1] or match[3] or ""
    return f"{word}&#{ord(mark)};"


def _not_at_start(match: re.Match[str]) -> str:
    if match[2]:
        return f"{match[1]}\\{match[2]}"
    return f"{match[1]}{match[3]}\\{match[4]}"


def code(text: str) -> str:
    """Write a text as a code span."""
    line = printable(text)
    if not line.strip():
        return plain(line) if not line else "`␠`"
    ticks = "`" * (max(map(len, _RUN.findall(line)), default=0) + 1)
    padded = line if line[0] not in "` " and line[-1] not in "` " else f" {line} "
    return f"{ticks}{padded}{ticks}"


def code_cell(text: str) -> str:
    """Write a text as a code span for a table's cell, where a bar needs a backslash.

    There is no way to write a backslash before a bar in one: such a text is a plain one.
    """
    return plain(text) if "\\|" in text else code(text).replace("|", "\\|")


def fence(text: str, language: str) -> str:
    """Write lines as a code block that nothing in them ends."""
    ticks = "`" * max(3, max(map(len, _RUN.findall(text)), default=0) + 1)
    lines = "".join(f"{printable(line)}\n" for line in text.removesuffix("\n").split("\n"))
    return f"{ticks}{language}\n{lines}{ticks}"


def table_key(name: Name) -> str:
    """Write a table's name so that it can stand in a comment, an anchor or a file's name.

    Different names give different keys, also on a disk that takes `A` for `a`.
    """
    parts = [name.name] if name.schema == "public" else [name.schema, name.name]
    if all(map(_PLAIN.match, parts)):
        return ".".join(parts)
    safe = re.sub(r"[^A-Za-z0-9_]+", "_", ".".join(parts))[:40]
    return f"{safe}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:8]}"
