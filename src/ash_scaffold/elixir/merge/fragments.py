"""Generated units as text for a place in a person's file."""

from __future__ import annotations

from collections.abc import Sequence

from ash_scaffold.elixir.merge.edits import Style, indented, lines_of
from ash_scaffold.elixir.merge.statements import NewStatement, stands_apart
from ash_scaffold.elixir.merge.units import Form, Unit
from ash_scaffold.syntax.entities import indentation


def new_statement(unit: Unit, only: Sequence[Unit] | None = None) -> NewStatement:
    """Return a unit as a statement, with `only` some of its parts when those are given."""
    before, after = stands_apart(unit)
    if unit.form is Form.PAIR:
        start, end = unit.value_range
        lines = lines_of(unit, start, end)
        return NewStatement((unit.word.encode() + b" " + lines[0], *lines[1:]), False, False)
    if only is not None:
        return NewStatement(tuple(_some(unit, only)), before, after)
    return NewStatement(tuple(lines_of(unit, unit.lead)), before, after)


def pair_text(unit: Unit, pad: bytes, style: Style) -> bytes:
    """Return a unit as a pair or an element, for a line that is indented by `pad`."""
    if unit.form is not Form.STATEMENT:
        return indented(lines_of(unit), pad, style)
    return unit.word.encode() + b": " + value_text(unit, pad, style, pair=True)


def notes_above(unit: Unit) -> tuple[bytes, ...]:
    """Return the comment lines directly above a unit."""
    lines = unit.source[unit.lead : unit.start].split(b"\n")
    return tuple(line.strip() for line in lines if line.strip())


def value_text(unit: Unit, pad: bytes, style: Style, *, pair: bool) -> bytes:
    """Return an option's value; as a pair's value, keywords stand in brackets."""
    start, end = unit.value_range
    text = indented(lines_of(unit, start, end), pad, style)
    return b"[" + text + b"]" if pair and unit.bare_value else text


def text_lines(unit: Unit | None) -> tuple[str, ...]:
    """Return a unit's lines as a person reads them, none for no unit."""
    if unit is None:
        return ()
    return tuple(line.decode("utf-8", "replace") for line in lines_of(unit))


def pad_of(unit: Unit) -> bytes:
    """Return the indent of the line that a unit starts on."""
    return indentation(unit.source, unit.start)


def _some(unit: Unit, only: Sequence[Unit]) -> list[bytes]:
    """Return the lines of a section, or of an option that holds entries, with some parts only."""
    if not unit.section:
        return _some_entries(unit, only)
    lines = [unit.word.encode() + b" do"]
    for index, part in enumerate(only):
        item = new_statement(part)
        if index and (item.blank_before or item.tall):
            lines.append(b"")
        lines += [b"  " + line if line else line for line in item.lines]
    return [*lines, b"end"]


def _some_entries(unit: Unit, only: Sequence[Unit]) -> list[bytes]:
    text = b", ".join(b"\n".join(lines_of(part)) for part in only)
    if not unit.bare_value:
        text = b"[" + text + b"]"
    return (unit.word.encode() + b" " + text).split(b"\n")
