"""Generated text as entities, each as lines, and back: the form in which a base is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ash_scaffold.elixir.merge.build import module_units
from ash_scaffold.elixir.merge.edits import lines_of
from ash_scaffold.elixir.merge.result import EntityLines
from ash_scaffold.elixir.merge.units import Unit
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse

Path = tuple[str, ...]


def entities(text: str) -> tuple[EntityLines, ...]:
    """Return the entities of a generated module."""
    return tuple(item for _, item in located(text))


def located(text: str) -> list[tuple[Path, EntityLines]]:
    """Return the entities of a generated module, each with its path in the tree of units."""
    tree = parse(text.encode())
    return list(_walk(module_units(tree, modules(tree)[0]), (), ""))


def assemble(module: str, found: Sequence[EntityLines]) -> str:
    """Return a module that holds the entities: what `entities` takes apart."""
    lines = [f"defmodule {module} do"]
    opened: list[str] = []
    for item in found:
        wanted = item.section.split("/") if item.section else []
        while opened and opened != wanted[: len(opened)]:
            opened.pop()
            lines.append("  " * (len(opened) + 1) + "end")
        for name in wanted[len(opened) :]:
            opened.append(name)
            lines.append("  " * len(opened) + f"{name} do")
        pad = "  " * (len(opened) + 1)
        lines += [pad + line if line else line for line in item.lines]
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
            yield from _walk(part, here, f"{section}/{part.word}" if section else part.word)
        else:
            lines = tuple(line.decode() for line in lines_of(part, part.lead))
            # Two keys of one column to one table are told apart by the name.
            twins = sum(other.key == part.key for other in unit.parts or ())
            object_ = part.key if twins == 1 else f"{part.key} as {part.name}"
            yield here, EntityLines(section, object_, lines)
