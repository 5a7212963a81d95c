"""Statements put in and taken out of a body, by whole lines where they stand on their own."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from tree_sitter import Node

from ash_scaffold.elixir.merge.edits import Edit, Style, indented
from ash_scaffold.elixir.merge.units import Unit
from ash_scaffold.syntax.entities import (
    Body,
    indentation,
    leading_start,
    line_end,
    line_start,
    trailing_comment,
)

_AFTER = re.compile(rb"[ \t]*;[ \t]*")
_BEFORE = re.compile(rb"[ \t]*;[ \t]*\Z")
_BLANK = re.compile(rb"[ \t]*\r?\n")


class NewStatement(msgspec.Struct, frozen=True):
    """A statement as lines, and whether a blank line stands before and after it."""

    lines: tuple[bytes, ...]
    blank_before: bool
    blank_after: bool

    @property
    def tall(self) -> bool:
        """Whether the formatter keeps it apart from what is around it."""
        return len(self.lines) > 1


def insert_after(
    source: bytes, body: Body, anchor: Unit | None, new: Sequence[NewStatement], style: Style
) -> list[Edit]:
    """Put statements in behind a statement of the body, at its start when there is none."""
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
    last = new[-1]
    apart = last.blank_after or last.tall
    if apart and not _is_blank(source, following) and line_end(source, following) < body.end:
        text += style.newline
    return [Edit(end, end, text)]


def insert_before(
    source: bytes, body: Body, following: Unit, new: Sequence[NewStatement], style: Style
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
    source: bytes, body: Body, gone: Sequence[Unit], generated: frozenset[str]
) -> list[Edit]:
    """Take statements out, with the generated comment lines directly above them."""
    starts = {unit.start: unit for unit in gone}
    if body.pair is not None and all(node.start_byte in starts for node in body.statements):
        return [Edit(body.start, body.end, b"nil")]
    edits: list[Edit] = []
    run: list[Unit] = []
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


def new_block(source: bytes, unit: Unit, new: Sequence[NewStatement], style: Style) -> list[Edit]:
    """Give an entity that has none a `do` block."""
    outer = indentation(source, unit.start)
    pad = outer + style.step
    text = b" do"
    for index, item in enumerate(new):
        apart = index > 0 and (item.tall or new[index - 1].tall)
        text += style.newline * (2 if apart else 1) + pad + indented(item.lines, pad, style)
    return [Edit(unit.end, unit.end, text + style.newline + outer + b"end")]


def stands_apart(unit: Unit) -> tuple[bool, bool]:
    """Return whether a blank line stands before and after a statement in its own source."""
    source = unit.source
    start = line_start(source, unit.lead)
    above = line_start(source, start - 1) if start else 0
    before = start > 0 and _is_blank(source, above)
    after = source.find(b"\n", unit.end) + 1
    return before, after > 0 and _is_blank(source, after)


def _remove_run(source: bytes, body: Body, run: Sequence[Unit], generated: frozenset[str]) -> Edit:
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


def _lead(unit: Unit, generated: frozenset[str]) -> int:
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
