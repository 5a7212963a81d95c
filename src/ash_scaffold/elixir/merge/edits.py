"""Edits of byte ranges, and the text that goes into them: statements, and entries of lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from tree_sitter import Node

from ash_scaffold.elixir.merge.units import Excerpt
from ash_scaffold.syntax.entities import (
    Body,
    Cells,
    cells,
    indentation,
    leading_start,
    line_end,
    line_start,
    trailing_comment,
)
from ash_scaffold.syntax.literal import string
from ash_scaffold.syntax.parse import Tree
from ash_scaffold.syntax.values import unescape

_COMMA = re.compile(rb"(?:\s|#[^\n]*(?:\n|\Z))*,")
_BEHIND = re.compile(rb"[ \t]*(?:#[^\r\n]*)?")
_INDENT = re.compile(rb"[ \t]*\Z")
_COMMENT = re.compile(rb"(#[^\r\n]*)")
_AFTER = re.compile(rb"[ \t]*;[ \t]*")
_BEFORE = re.compile(rb"[ \t]*;[ \t]*\Z")
_BLANK = re.compile(rb"[ \t]*\r?\n")
_HEREDOC = b'"""'


class Edit(msgspec.Struct, frozen=True, order=True):
    """The bytes from `start` to `end` become `text`; an insertion where both are the same."""

    start: int
    end: int
    text: bytes


def apply(source: bytes, edits: Iterable[Edit], start: int = 0, end: int | None = None) -> bytes:
    """Return a range of the source with edits made to it, those that lie inside.

    Edits at one place come in the order given; a deletion inside another edit is part of it.
    """
    end = len(source) if end is None else end
    out: list[bytes] = []
    position = start
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < start or edit.end > end:
            continue
        if edit.start < position:
            out.append(edit.text)
            if edit.end > position:
                position = edit.end
            continue
        out += (source[position : edit.start], edit.text)
        position = edit.end
    out.append(source[position:end])
    return b"".join(out)


class Style(msgspec.Struct, frozen=True):
    """How a file is written: its line break, and the white space of one level."""

    newline: bytes
    step: bytes


GENERATED_STYLE = Style(b"\n", b"  ")


def style_of(source: bytes) -> Style:
    """Return the style of a file: tabs and CRLF only where most of its lines have them."""
    lines = source.split(b"\n")
    broken = sum(line.endswith(b"\r") for line in lines)
    tabs = sum(line.startswith(b"\t") for line in lines)
    spaces = sum(line.startswith(b"  ") for line in lines)
    return Style(
        b"\r\n" if broken * 2 > len(lines) else b"\n",
        b"\t" if tabs > spaces else b"  ",
    )


def lines_of(unit: Excerpt, start: int | None = None, end: int | None = None) -> list[bytes]:
    """Return the lines of a unit, or of a range of it, without the indent of its first line."""
    start = unit.start if start is None else start
    end = unit.end if end is None else end
    pad = len(indentation(unit.source, start))
    text = unit.source[start:end].replace(b"\r\n", b"\n")
    first, *rest = text.split(b"\n")
    return [first, *(_outdent(line, pad) for line in rest)]


def indented(lines: Iterable[bytes], pad: bytes, style: Style) -> bytes:
    """Join lines for a place that is indented by `pad`; the first gets none.

    In a file with tabs or CRLF a heredoc would hold those: its text is written on one line there.
    """
    if style != GENERATED_STYLE:
        lines = on_one_line(lines)
    if style.step == b"\t":
        lines = [_tabs(line) for line in lines]
    first, *rest = lines
    return style.newline.join([first, *(pad + line if line.strip() else b"" for line in rest)])


def on_one_line(lines: Iterable[bytes]) -> list[bytes]:
    """Write generated heredocs as texts on one line."""
    found: list[bytes] = []
    inside: list[bytes] | None = None
    for line in lines:
        if inside is not None:
            inside.append(line)
            if line.strip() == _HEREDOC:
                found[-1] = found[-1].removesuffix(_HEREDOC) + _text_of(inside)
                inside = None
            continue
        found.append(line)
        if line == _HEREDOC or line.endswith(b" " + _HEREDOC):
            inside = []
    return found


def _text_of(rows: Sequence[bytes]) -> bytes:
    """Return the literal on one line for the rows of a heredoc, the closing quotes with them."""
    pad = len(rows[-1]) - len(_HEREDOC)
    raw = b"".join(_outdent(row, pad) + b"\n" for row in rows[:-1])
    return string(unescape(raw.decode())).encode()


def _outdent(line: bytes, pad: int) -> bytes:
    blank = len(line) - len(line.lstrip(b" \t"))
    return line[min(pad, blank) :]


def _tabs(line: bytes) -> bytes:
    rest = line.lstrip(b" ")
    blank = len(line) - len(rest)
    return b"\t" * (blank // 2) + b" " * (blank % 2) + rest


class NewCell(msgspec.Struct, frozen=True):
    """An entry to put in behind the cell of that number (-1: in front), and comments above it."""

    after: int
    text: bytes
    notes: tuple[bytes, ...] = ()


class _Part(msgspec.Struct, frozen=True):
    """A cell with the text before it, up to its comma, and behind that on the same line."""

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
    """Return the white space before a cell, and before the first one."""
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
    """Return the last line break and indent of the text before a cell."""
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
    """Return the comments in the text before a cell."""
    return {match[1].decode("utf-8", "replace").strip() for match in _COMMENT.finditer(before)}


class NewStatement(msgspec.Struct, frozen=True):
    """A statement as lines, and whether a blank line stands before and after it."""

    lines: tuple[bytes, ...]
    blank_before: bool
    blank_after: bool

    @property
    def tall(self) -> bool:
        """Whether the formatter puts blank lines around it."""
        return len(self.lines) > 1


def insert_after(
    source: bytes,
    body: Body,
    anchor: Excerpt | None,
    new: Sequence[NewStatement],
    style: Style,
    gone: Iterable[Edit] = (),
) -> list[Edit]:
    """Put statements in behind a statement of the body, at its start when there is none.

    `gone` are the edits that take others out: what follows is what stands behind those.
    """
    if body.pair is not None:
        return _into_one_liner(source, body, new, style, front=anchor is None)
    pad, outer = _pads(source, body, style)
    position = _anchor_end(source, body, anchor.end) if anchor is not None else body.start
    tall = anchor is not None and b"\n" in source[anchor.start : anchor.end]
    text = b""
    for index, item in enumerate(new):
        apart = item.blank_before or item.tall or (new[index - 1].tall if index else tall)
        first = index == 0 and anchor is None
        text += style.newline * (2 if apart and not first else 1)
        text += pad + indented(item.lines, pad, style)
    end = line_end(source, position)
    if end >= body.end:
        stop = body.end if not source[position : body.end].strip() else position
        tail = style.newline + (outer if stop == body.end else pad)
        return [Edit(position, stop, text + tail)]
    rest = source[position:end].strip()
    if rest and not rest.startswith(b"#"):
        blank = len(source[position:end]) - len(source[position:end].lstrip())
        return [Edit(position, position + blank, text + style.newline + pad)]
    following = source.find(b"\n", end) + 1
    for edit in sorted(gone):
        if edit.start == following and not edit.text:
            following = edit.end
    last = new[-1]
    apart = last.blank_after or last.tall
    if apart and not _is_blank(source, following) and line_end(source, following) < body.end:
        text += style.newline
    return [Edit(end, end, text)]


def insert_before(
    source: bytes, body: Body, following: Excerpt, new: Sequence[NewStatement], style: Style
) -> list[Edit]:
    """Put statements in before a statement of the body and the comments above it."""
    lead = following.lead
    start = line_start(source, lead)
    if body.pair is not None or start <= body.start or source[start:lead].strip():
        return insert_after(source, body, None, new, style)
    pad, _ = _pads(source, body, style)
    tall = b"\n" in source[lead : following.end]
    text = b""
    for index, item in enumerate(new):
        last = index + 1 == len(new)
        after = item.blank_after or item.tall or (tall if last else new[index + 1].tall)
        text += pad + indented(item.lines, pad, style) + style.newline * (2 if after else 1)
    return [Edit(start, start, text)]


def remove(
    source: bytes, body: Body, removed: Sequence[Excerpt], generated: frozenset[str]
) -> list[Edit]:
    """Take statements out, with the generated comment lines directly above them."""
    starts = {unit.start: unit for unit in removed}
    if body.pair is not None and all(node.start_byte in starts for node in body.statements):
        return [Edit(body.start, body.end, b"nil")]
    edits: list[Edit] = []
    run: list[Excerpt] = []
    for node in body.statements:
        unit = starts.pop(node.start_byte, None)
        if run and (unit is None or source[run[-1].end : _lead(unit, generated)].strip()):
            edits.append(_remove_run(source, body, run, generated))
            run = []
        if unit is not None:
            run.append(unit)
    if run:
        edits.append(_remove_run(source, body, run, generated))
    return edits + [_remove_run(source, body, [unit], generated) for unit in starts.values()]


def new_block(
    source: bytes, unit: Excerpt, new: Sequence[NewStatement], style: Style
) -> list[Edit]:
    """Give an entity that has none a `do` block."""
    outer = indentation(source, unit.start)
    pad = outer + style.step
    text = b" do"
    for index, item in enumerate(new):
        apart = index > 0 and (item.tall or new[index - 1].tall)
        text += style.newline * (2 if apart else 1) + pad + indented(item.lines, pad, style)
    return [Edit(unit.end, unit.end, text + style.newline + outer + b"end")]


def stands_apart(unit: Excerpt) -> tuple[bool, bool]:
    """Return whether a blank line stands before and after a statement in its own source."""
    source = unit.source
    start = line_start(source, unit.lead)
    above = line_start(source, start - 1) if start else 0
    before = start > 0 and _is_blank(source, above)
    after = source.find(b"\n", unit.end) + 1
    return before, after > 0 and _is_blank(source, after)


def _remove_run(
    source: bytes, body: Body, run: Sequence[Excerpt], generated: frozenset[str]
) -> Edit:
    start, end = _lead(run[0], generated), run[-1].end
    if trailing_comment(source, end) in generated:
        end = line_end(source, end)
    first, last = line_start(source, start), line_end(source, end)
    alone = not source[first:start].strip() and not source[end:last].strip()
    if not alone or first < body.start or last >= body.end:
        return _remove_inline(source, start, end)
    last = source.find(b"\n", last) + 1
    above = line_start(source, first - 1)
    blank_above = above > body.start and _is_blank(source, above)
    at_top = not source[body.start : first].strip()
    below = last
    while below < body.end and _is_blank(source, below):
        below = source.find(b"\n", below) + 1
    if line_start(source, body.end) <= below and not source[below : body.end].strip():
        while above > body.start and _is_blank(source, above):
            first, above = above, line_start(source, above - 1)
    elif at_top:
        last = below
    elif blank_above and _is_blank(source, last):
        # Further blank lines were there before the statement was put in between.
        last = source.find(b"\n", last) + 1
    return Edit(first, last, b"")


def _remove_inline(source: bytes, start: int, end: int) -> Edit:
    after = _AFTER.match(source, end)
    if after is not None:
        return Edit(start, after.end(), b"")
    before = _BEFORE.search(source, line_start(source, start), start)
    return Edit(before.start() if before is not None else start, end, b"")


def _lead(unit: Excerpt, generated: frozenset[str]) -> int:
    """Return where the generated comments directly above a statement start."""
    source = unit.source
    start, first = unit.start, leading_start(source, unit.start)
    while start > first:
        above = line_start(source, line_start(source, start) - 1)
        text = source[above : line_end(source, above)]
        if text.decode("utf-8", "replace").strip() not in generated:
            break
        start = above + len(text) - len(text.lstrip(b" \t"))
    return start


def _into_one_liner(
    source: bytes, body: Body, new: Sequence[NewStatement], style: Style, *, front: bool
) -> list[Edit]:
    """Turn `section do: statement` into a block with more statements."""
    node = body.call.node
    outer = indentation(source, body.call.span.start)
    pad = outer + style.step
    target = node.child_by_field_name("target")
    before = target.end_byte if target is not None else body.call.span.start
    closing = b""
    if body.call.args:
        before = body.call.args[-1].end_byte
        closing = b")" if source[node.end_byte - 1 : node.end_byte] == b")" else b""
    statements = [pad + indented(item.lines, pad, style) for item in new]
    gap = (
        style.newline * 2 if any(item.tall or item.blank_before for item in new) else style.newline
    )
    text = gap.join(statements)
    head = closing + b" do" + style.newline + (text + gap if front else b"") + pad
    tail = (b"" if front else gap + text) + style.newline + outer + b"end"
    return [Edit(before, body.start, head), Edit(body.end, node.end_byte, tail)]


def _anchor_end(source: bytes, body: Body, end: int) -> int:
    """Return the end of the last statement that starts on the line where this one ends."""
    for node in _after(body, end):
        if node.start_byte > line_end(source, end):
            break
        end = max(end, node.end_byte)
    return end


def _after(body: Body, end: int) -> list[Node]:
    return [node for node in body.statements if node.start_byte >= end]


def _pads(source: bytes, body: Body, style: Style) -> tuple[bytes, bytes]:
    outer = indentation(source, body.call.span.start)
    for node in body.statements:
        line = source[line_start(source, node.start_byte) : node.start_byte]
        if not line.strip() and node.start_byte > body.start:
            return line, outer
    return outer + style.step, outer


def _is_blank(source: bytes, line: int) -> bool:
    return _BLANK.match(source, line) is not None


def extend(tree: Tree, node: Node, elements: Sequence[str]) -> bytes | None:
    """Put elements at the end of a list that is written in brackets; None for another value."""
    found = cells(tree, node)
    if found is None or found.bare or any(cell.key is not None for cell in found.cells):
        return None
    return put_cells(tree, found, len(found.cells) - 1, elements)


def put_cells(tree: Tree, found: Cells, after: int, texts: Sequence[str]) -> bytes:
    """Put entries behind the cell of that number, -1 for in front."""
    new = [NewCell(after, text.encode()) for text in texts]
    inside = rebuild(tree.source, found, {}, new, frozenset())
    return apply(tree.source, [Edit(found.start, found.end, inside)])


def put_behind(tree: Tree, node: Node, lines: Sequence[str]) -> bytes | None:
    """Put lines behind a statement, a blank line between; None unless it has its lines to itself.

    They get the indent of the statement. A comment on its last line stays there.
    """
    source = tree.source
    start, end = line_start(source, node.start_byte), line_end(source, node.end_byte)
    rest = _BEHIND.match(source, node.end_byte)
    if source[start : node.start_byte].strip() or rest is None or rest.end() != end:
        return None
    newline, pad = style_of(source).newline, indentation(source, node.start_byte)
    text = b"".join(newline + (pad + line.encode() if line else b"") for line in lines)
    following = source.find(b"\n", end) + 1
    apart = newline if following and not _ends(source, following) else b""
    return apply(source, [Edit(end, end, newline + text + apart)])


def _ends(source: bytes, line: int) -> bool:
    """Whether a line is blank or closes the block of the statement."""
    text = source[line : line_end(source, line)].strip()
    return not text or text == b"end"
