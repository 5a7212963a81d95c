"""Decisions on the parts of a unit, written as edits to the unit."""

from __future__ import annotations

from collections.abc import Container, Sequence

import msgspec

from ash_scaffold.elixir.merge.edits import (
    Edit,
    NewCell,
    NewStatement,
    Style,
    apply,
    indented,
    insert_after,
    insert_before,
    lines_of,
    new_block,
    on_one_line,
    place,
    rebuild,
    remove,
    stands_apart,
)
from ash_scaffold.elixir.merge.pairing import Triple
from ash_scaffold.elixir.merge.units import Excerpt, Form, Unit
from ash_scaffold.syntax.entities import Body, Cells, indentation

# Spark's formatter keeps the sections of a resource in this order (`Spark.Formatter`).
_ORDER = (
    "postgres resource code_interface actions policies pub_sub preparations changes validations "
    "multitenancy attributes relationships calculations aggregates identities"
).split()


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
        return indented(on_one_line(lines_of(unit)), pad, style)
    return unit.word.encode() + b": " + value_text(unit, pad, style, pair=True)


def notes_above(unit: Excerpt) -> tuple[bytes, ...]:
    """Return the comment lines directly above a unit."""
    lines = unit.source[unit.lead : unit.start].split(b"\n")
    return tuple(line.strip() for line in lines if line.strip())


def value_text(unit: Excerpt, pad: bytes, style: Style, *, pair: bool) -> bytes:
    """Return an option's value; as a pair's value, keywords stand in brackets."""
    start, end = unit.value_range
    lines = lines_of(unit, start, end)
    text = indented(on_one_line(lines) if pair else lines, pad, style)
    return b"[" + text + b"]" if pair and unit.bare_value else text


def text_lines(unit: Unit | None) -> tuple[str, ...]:
    """Return a unit's lines as a person reads them, none for no unit."""
    if unit is None:
        return ()
    return tuple(line.decode("utf-8", "replace") for line in lines_of(unit))


def pad_of(unit: Excerpt) -> bytes:
    """Return the indent of the line that a unit starts on."""
    return indentation(unit.source, unit.start)


def _some(unit: Unit, only: Sequence[Unit]) -> list[bytes]:
    """Return the lines of a section, or of an option that holds entries, with some parts only."""
    if not unit.is_section:
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


class Change(msgspec.Struct, frozen=True):
    """The decision on a unit: edits to it, or it is removed, or put in (`only` some parts)."""

    triple: Triple
    edits: list[Edit] = []
    remove: bool = False
    insert: Unit | None = None
    only: tuple[Unit, ...] | None = None


class _Insertion(msgspec.Struct, frozen=True):
    """Units to be put in behind `after`, or before `before`, or at the end."""

    after: Unit | None
    before: Unit | None
    changes: tuple[Change, ...]


def write_parts(
    ours: Unit, changes: Sequence[Change], style: Style, generated: frozenset[str]
) -> tuple[list[Edit], bool]:
    """Return the edits to a unit, and whether nothing is left inside of it."""
    removed = [c.triple.ours for c in changes if c.remove and c.triple.ours is not None]
    new = [change for change in changes if change.insert is not None]
    edits = [edit for change in changes if not change.remove for edit in change.edits]
    empty = bool(removed) and not new and len(removed) == _inside(ours)
    statements = [unit for unit in removed if unit.form is Form.STATEMENT]
    entries = [unit for unit in removed if unit.form is not Form.STATEMENT]
    for home in _homes(statements):
        edits += remove(ours.source, home, [u for u in statements if u.home is home], generated)
    insertions = _insertions(ours, changes, {unit.start for unit in removed})
    if not new and not entries:
        return edits, empty
    if _takes_statements(ours, new) and not (new and _needs_block(ours)):
        for insertion in insertions:
            edits += _insert_statements(ours, insertion, removed, style, edits)
        insertions = []
    elif new and _takes_statements(ours, new):
        found = [new_statement(c.insert, c.only) for c in new if c.insert is not None]
        edits += new_block(ours.source, ours, found, style)
        insertions = []
    if entries or insertions:
        edits = _write_entries(ours, entries, insertions, edits, style, generated)
    return edits, empty


def _inside(ours: Unit) -> int:
    if ours.is_section:
        return len(ours.body.statements) if ours.body is not None else 0
    return len(ours.cells.cells) if ours.cells is not None else -1


def _homes(units: Sequence[Unit]) -> list[Body]:
    found: list[Body] = []
    for unit in units:
        if unit.home is not None and all(unit.home is not home for home in found):
            found.append(unit.home)
    return found


def _takes_statements(ours: Unit, new: Sequence[Change]) -> bool:
    """Whether parts are put in as statements: where there is a `do` block, or can be one."""
    if ours.is_section or ours.key == "":
        return True
    if ours.value is not None:
        return False
    if ours.body is not None:
        return ours.body.pair is None
    forms = {c.insert.form for c in new if c.insert is not None}
    in_block = ours.home is not None and ours.home.pair is None
    return ours.cells is None and in_block and forms == {Form.STATEMENT}


def _needs_block(ours: Unit) -> bool:
    return ours.body is None


def _insertions(ours: Unit, changes: Sequence[Change], removed: Container[int]) -> list[_Insertion]:
    """Find a place for each new unit: behind the generated one before it, else before the next."""
    found: list[_Insertion] = []
    anchor: Unit | None = None
    there = [unit for unit in ours.parts or () if unit.start not in removed]
    kept = [c for c in changes if c.triple.theirs is not None]
    for index, change in enumerate(kept):
        if change.insert is None:
            anchor = change.triple.ours or anchor
            continue
        after, before = anchor, None
        if change.insert.is_section and change.insert.word in _ORDER and ours.key == "":
            after, before = _section_place(there, change.insert.word)
        elif change.insert.key == "use":
            after = next((u for u in there if u.key == "@moduledoc"), None)
            before = min(there, key=lambda unit: unit.start, default=None)
        elif after is None:
            later = (c.triple.ours for c in kept[index:] if c.insert is None)
            before = next((unit for unit in later if unit is not None), None)
        last = found[-1] if found else None
        if last is not None and last.after is after and last.before is before:
            found[-1] = _Insertion(after, before, (*last.changes, change))
        else:
            found.append(_Insertion(after, before, (change,)))
    return found


def _section_place(there: Sequence[Unit], word: str) -> tuple[Unit | None, Unit | None]:
    """Return the section that a new one goes behind, or else the one that it goes before."""
    ranks = {name: rank for rank, name in enumerate(_ORDER)}
    sections = [unit for unit in there if unit.is_section and unit.word in ranks]
    smaller = [unit for unit in sections if ranks[unit.word] < ranks[word]]
    if smaller:
        return max(smaller, key=lambda unit: ranks[unit.word]), None
    if sections:
        return None, min(sections, key=lambda unit: (ranks[unit.word], unit.start))
    return next((unit for unit in there if unit.key == "use"), None), None


def _insert_statements(
    ours: Unit,
    insertion: _Insertion,
    removed: Sequence[Unit],
    style: Style,
    edits: Sequence[Edit],
) -> list[Edit]:
    new = [new_statement(c.insert, c.only) for c in insertion.changes if c.insert is not None]
    after, before = insertion.after, insertion.before
    if after is not None and after.home is not None:
        return insert_after(ours.source, after.home, after, new, style, edits)
    if before is not None and before.home is not None:
        return insert_before(ours.source, before.home, before, new, style)
    body = ours.body
    if body is None:
        return []
    last = None
    removed_starts = {unit.start for unit in removed}
    kept = [node for node in body.statements if node.start_byte not in removed_starts]
    if kept:
        node = kept[-1]
        last = Excerpt(source=ours.source, start=node.start_byte, end=node.end_byte)
    return insert_after(ours.source, body, last, new, style)


def _write_entries(
    ours: Unit,
    removed: Sequence[Unit],
    insertions: Sequence[_Insertion],
    edits: list[Edit],
    style: Style,
    generated: frozenset[str],
) -> list[Edit]:
    """Write entries of a list or of keywords; edits inside of it become part of the new text."""
    cells, pad = ours.cells, pad_of(ours)
    if cells is None:
        return [*edits, *_first_keywords(ours, insertions, style)]
    starts = {cell.start: index for index, cell in enumerate(cells.cells)}
    removed_cells = {starts[unit.start] for unit in removed}
    new = _new_cells(cells, starts, insertions, pad, style)
    if cells.bare and not new and len(removed_cells) == len(cells.cells) and ours.head:
        return [*_outside(edits, cells), _without_keywords(ours, cells)]
    texts: dict[int, bytes | None] = {
        index: apply(ours.source, edits, cell.start, cell.end)
        for index, cell in enumerate(cells.cells)
    }
    texts.update(dict.fromkeys(removed_cells, None))
    text = rebuild(ours.source, cells, texts, new, generated=generated)
    return [*_outside(edits, cells), Edit(cells.start, cells.end, text)]


def _outside(edits: Sequence[Edit], cells: Cells) -> list[Edit]:
    return [edit for edit in edits if edit.end <= cells.start or edit.start >= cells.end]


def _new_cells(
    cells: Cells,
    starts: dict[int, int],
    insertions: Sequence[_Insertion],
    pad: bytes,
    style: Style,
) -> list[NewCell]:
    found = []
    for insertion in insertions:
        after, before = insertion.after, insertion.before
        index = len(cells.cells) - 1
        if after is not None and after.start in starts:
            index = starts[after.start]
        elif after is None and before is not None and before.start in starts:
            index = starts[before.start] - 1
        for change in insertion.changes:
            if change.insert is None:
                continue
            is_pair = change.insert.form is not Form.ELEMENT
            blocked = any(cell.key == "do" for cell in cells.cells)
            spot = place(cells, index, pair=is_pair, blocked=blocked)
            text = pair_text(change.insert, pad, style)
            found.append(NewCell(spot, text, notes_above(change.insert)))
    return found


def _first_keywords(ours: Unit, insertions: Sequence[_Insertion], style: Style) -> list[Edit]:
    """Give a call its first keywords, behind its last argument."""
    new = [c.insert for i in insertions for c in i.changes if c.insert is not None]
    if not new or not ours.head:
        return []
    pad = pad_of(ours)
    text = b"".join(b", " + pair_text(unit, pad, style) for unit in new)
    return [Edit(ours.head[-1].end, ours.head[-1].end, text)]


def _without_keywords(ours: Unit, cells: Cells) -> Edit:
    """Take all keywords away with the comma before them; a comment there stays."""
    start, end = ours.head[-1].end, cells.cells[-1].end
    between = ours.source[start : cells.start].replace(b",", b"", 1).rstrip()
    return Edit(start, end, between)
