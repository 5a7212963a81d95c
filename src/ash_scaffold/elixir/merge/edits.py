"""Edits of byte ranges, and the text that goes into them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ash_scaffold.elixir.merge.units import Unit
from ash_scaffold.syntax.entities import indentation


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


def lines_of(unit: Unit, start: int | None = None, end: int | None = None) -> list[bytes]:
    """Return the lines of a unit, or of a range of it, without the indent of its first line."""
    start = unit.start if start is None else start
    end = unit.end if end is None else end
    pad = len(indentation(unit.source, start))
    text = unit.source[start:end].replace(b"\r\n", b"\n")
    first, *rest = text.split(b"\n")
    return [first, *(_outdent(line, pad) for line in rest)]


def indented(lines: Iterable[bytes], pad: bytes, style: Style) -> bytes:
    """Join lines for a place that is indented by `pad`; the first gets none."""
    if style.step == b"\t":
        lines = [_tabs(line) for line in lines]
    first, *rest = lines
    return style.newline.join([first, *(pad + line if line.strip() else b"" for line in rest)])


def _outdent(line: bytes, pad: int) -> bytes:
    blank = len(line) - len(line.lstrip(b" \t"))
    return line[min(pad, blank) :]


def _tabs(line: bytes) -> bytes:
    rest = line.lstrip(b" ")
    blank = len(line) - len(rest)
    return b"\t" * (blank // 2) + b" " * (blank % 2) + rest
