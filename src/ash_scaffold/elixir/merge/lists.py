"""Entries of lists and keywords put in and taken out, what stands between them kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from ash_scaffold.syntax.entities import Cells, indentation, line_start

_COMMA = re.compile(rb"(?:\s|#[^\n]*(?:\n|\Z))*,")
_BEHIND = re.compile(rb"[ \t]*(?:#[^\r\n]*)?")
_INDENT = re.compile(rb"[ \t]*\Z")
_COMMENT = re.compile(rb"(#[^\r\n]*)")


class NewCell(msgspec.Struct, frozen=True):
    """An entry to put in behind the cell of that number (-1: in front), and comments above it."""

    after: int
    text: bytes
    notes: tuple[bytes, ...] = ()


class _Part(msgspec.Struct, frozen=True):
    """A cell with what stands before it, up to its comma, and behind that on the same line."""

    before: bytes
    text: bytes
    tail: bytes = b""
    behind: bytes = b""


def rebuild(
    source: bytes,
    cells: Cells,
    texts: Mapping[int, bytes | None],
    new: Sequence[NewCell],
    generated: frozenset[str],
) -> bytes:
    """Return the inside of a list with other entries.

    `texts` gives cells another text, None takes one out. Comment lines above a cell that goes
    stay, unless all of them were generated.
    """
    parts, closing, comma = _take_apart(source, cells)
    gap, lead = _gaps(source, cells, parts)
    out: list[_Part] = [_fresh(item, gap) for item in new if item.after < 0]
    kept = b""
    for index, part in enumerate(parts):
        text = texts.get(index, part.text)
        if text is None:
            if not comments_before(part.before) <= generated:
                kept += part.before.rstrip()
        else:
            out.append(msgspec.structs.replace(part, text=text, before=kept + part.before))
            kept = b""
        out += [_fresh(item, gap) for item in new if item.after == index]
    return _join(source, cells, out, (gap, lead), kept + closing, comma=comma)


def place(cells: Cells, after: int, *, pair: bool, blocked: bool) -> int:
    """Return where an entry can go: elements stand before pairs, pairs before `do:`."""
    kinds = [cell.key is not None for cell in cells.cells]
    first_pair = kinds.index(True) if True in kinds else len(kinds)
    if not pair:
        return min(after, first_pair - 1)
    last = len(cells.cells) - 1
    if blocked:
        last = next(i for i, cell in enumerate(cells.cells) if cell.key == "do") - 1
    return min(max(after, first_pair - 1), last)


def _fresh(item: NewCell, gap: bytes) -> _Part:
    # Where entries share a line there is no room for a comment above one.
    notes = b"".join(gap + note for note in item.notes) if b"\n" in gap else b""
    return _Part(notes + gap, item.text)


def _take_apart(source: bytes, cells: Cells) -> tuple[list[_Part], bytes, bool]:
    parts: list[_Part] = []
    before = source[cells.start : cells.cells[0].start] if cells.cells else b""
    comma = False
    for index, cell in enumerate(cells.cells):
        last = index + 1 == len(cells.cells)
        end = cells.end if last else cells.cells[index + 1].start
        raw = source[cell.end : end]
        match = _COMMA.match(raw)
        tail, rest = (raw[: match.end() - 1], raw[match.end() :]) if match else (b"", raw)
        behind = _BEHIND.match(rest)
        kept = behind[0] if behind is not None and b"#" in behind[0] else b""
        parts.append(_Part(before, source[cell.start : cell.end], tail, kept))
        before = rest[len(kept) :]
        comma = match is not None
    closing = before if cells.cells else source[cells.start : cells.end]
    return parts, closing, comma


def _gaps(source: bytes, cells: Cells, parts: Sequence[_Part]) -> tuple[bytes, bytes]:
    """Return what stands before a cell, and before the first: white space only."""
    lead = _space(parts[0].before) if parts and not cells.bare else b""
    later = [_space(part.before) for part in parts[1:]]
    if later:
        broken = [gap for gap in later if b"\n" in gap]
        return (broken[0] if broken and len(broken) * 2 > len(later) else b" "), lead
    if b"\n" in lead:
        return lead, lead
    start = cells.start
    if parts and cells.bare and not source[line_start(source, start) : start].strip():
        newline = b"\r\n" if source[: line_start(source, start)].endswith(b"\r\n") else b"\n"
        return newline + indentation(source, start), lead
    return b" ", lead


def _space(before: bytes) -> bytes:
    """Return the last line break and indent of what stands before a cell."""
    indent = _INDENT.search(before)
    pad = indent[0] if indent is not None else b""
    if b"\n" not in before:
        return pad
    return (b"\r\n" if b"\r\n" in before else b"\n") + pad


def _join(
    source: bytes,
    cells: Cells,
    parts: Sequence[_Part],
    gaps: tuple[bytes, bytes],
    closing: bytes,
    *,
    comma: bool,
) -> bytes:
    gap, lead = gaps
    out: list[bytes] = []
    for index, part in enumerate(parts):
        before = part.before
        if index == 0 and not before.strip():
            before = lead
        elif index == 0 and cells.bare:
            before = before.lstrip()
        elif index > 0 and not before:
            before = gap or b" "
        last = index + 1 == len(parts)
        separator = b"," if comma or not last else b""
        behind = part.behind
        if last and b"#" in behind and b"\n" not in closing and not cells.bare:
            closing = b"\n" + closing
        out += (before, part.text, part.tail, separator, behind)
    if not parts:
        return closing.strip() if b"#" not in closing else closing
    if (
        cells.bare
        and b"#" in parts[-1].behind
        and source[cells.end : cells.end + 1]
        not in (
            b"\n",
            b"\r",
            b"",
        )
    ):
        closing += b"\n"
    return b"".join([*out, closing])


def comments_before(before: bytes) -> set[str]:
    """Return the comments in what stands before a cell."""
    return {match[1].decode("utf-8", "replace").strip() for match in _COMMENT.finditer(before)}
