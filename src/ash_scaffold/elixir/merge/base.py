"""Generated text as entities, each as lines, and back: the form in which a base is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ash_scaffold.elixir.entity_lines import EntityLines
from ash_scaffold.elixir.merge.build import module_units
from ash_scaffold.elixir.merge.edits import lines_of
from ash_scaffold.elixir.merge.units import NOTHING_AROUND, Around, Unit
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse

Path = tuple[str, ...]


def entities(text: str, around: Around = NOTHING_AROUND) -> tuple[EntityLines, ...]:
    """Return the entities of a generated module, or of a part of one with the rest `around`."""
    return tuple(item for _, item in located(text, around))


def located(text: str, around: Around = NOTHING_AROUND) -> list[tuple[Path, EntityLines]]:
    """Return the entities of a generated module, each with its path in the tree of units."""
    tree = parse(text.encode())
    return list(_walk(module_units(tree, modules(tree)[0], around=around), (), ""))


def units_by_entity(unit: Unit) -> dict[tuple[str, str], Unit]:
    """Return the units of a module that are entities, by section and object."""
    return {(item.section, item.object): part for part, item in _entities(unit, "")}


def assemble(module: str, found: Sequence[EntityLines]) -> str:
    """Return a module that holds the entities: what `entities` takes apart.

    Blocks stand apart as the formatter has them.
    """
    lines = [f"defmodule {module} do"]
    opened: list[str] = []
    last: EntityLines | None = None
    for item in found:
        wanted = item.section.split("/") if item.section else []
        while opened and opened != wanted[: len(opened)]:
            opened.pop()
            lines.append("  " * (len(opened) + 1) + "end")
        if last is not None and (last.section != item.section or len(last.lines + item.lines) > 2):
            lines.append("")
        for name in wanted[len(opened) :]:
            opened.append(name)
            lines.append("  " * len(opened) + f"{name} do")
        pad = "  " * (len(opened) + 1)
        lines += [pad + line if line else line for line in item.lines]
        last = item
    while opened:
        opened.pop()
        lines.append("  " * (len(opened) + 1) + "end")
    return "\n".join([*lines, "end", ""])


def replaced(
    found: Sequence[EntityLines], others: Sequence[EntityLines]
) -> tuple[EntityLines, ...]:
    """Put entities in place of those of the same name, or at the end of their section."""
    out = list(found)
    for item in others:
        names = [(other.section, other.object) for other in out]
        if (item.section, item.object) in names:
            out[names.index((item.section, item.object))] = item
        else:
            out.insert(_end_of(item.section, [section for section, _ in names]), item)
    return tuple(out)


def _end_of(section: str, sections: Sequence[str]) -> int:
    """Return where a section ends, else the one around it: none may be opened twice."""
    top = section.split("/")[0]
    same = [index for index, name in enumerate(sections) if name == section]
    around = [index for index, name in enumerate(sections) if name.split("/")[0] == top]
    return (same or around or [len(sections) - 1])[-1] + 1


def _walk(unit: Unit, path: Path, section: str) -> Iterator[tuple[Path, EntityLines]]:
    for part in unit.parts or ():
        here = (*path, part.key)
        if part.section:
            yield from _walk(part, here, _inside(section, part))
        else:
            yield here, _lines(unit, part, section)


def _entities(unit: Unit, section: str) -> Iterator[tuple[Unit, EntityLines]]:
    for part in unit.parts or ():
        if part.section:
            yield from _entities(part, _inside(section, part))
        else:
            yield part, _lines(unit, part, section)


def _inside(section: str, part: Unit) -> str:
    return f"{section}/{part.word}" if section else part.word


def _lines(unit: Unit, part: Unit, section: str) -> EntityLines:
    lines = tuple(line.decode() for line in lines_of(part, part.lead))
    # Two keys of one column to one table are told apart by the name.
    twins = sum(other.key == part.key for other in unit.parts or ())
    object_ = part.key if twins == 1 else f"{part.key} as {part.name}"
    return EntityLines(section, object_, lines)
