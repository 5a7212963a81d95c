"""What modules say: to tell what a person left as it was generated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ash_scaffold.elixir.entity_lines import EntityLines
from ash_scaffold.elixir.merge.base import assemble
from ash_scaffold.elixir.merge.build import module_units
from ash_scaffold.elixir.merge.units import Unit, same
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse


def untouched(
    section: str, generated: Sequence[EntityLines], sources: Iterable[bytes], names: Iterable[str]
) -> frozenset[str]:
    """Return the Elixir names of a section's entities that stand in the files as generated.

    `generated` are the entities of the snapshot; `names` are the modules of `sources` to look at.
    """
    wanted = set(names)
    old = _entities(assemble("Base", generated).encode(), {"Base"}, section)
    return frozenset(
        unit.name
        for source in sources
        for unit in _entities(source, wanted, section)
        if any(other.name == unit.name and same(unit, other) for other in old)
    )


def names_in(found: Sequence[EntityLines], section: str) -> frozenset[str]:
    """Return the Elixir names of a section's entities."""
    units = _entities(assemble("Base", found).encode(), {"Base"}, section)
    return frozenset(unit.name for unit in units)


def units_of(source: bytes, name: str) -> dict[str, str]:
    """Return what a module says: each of its parts, without layout, by what it is."""
    tree = parse(source)
    return {
        part.key: part.says
        for module in modules(tree)
        if module.name == name
        for part in module_units(tree, module).parts or ()
    }


def _entities(source: bytes, names: set[str], section: str) -> list[Unit]:
    tree = parse(source)
    return [
        unit
        for module in modules(tree)
        if module.name in names
        for part in module_units(tree, module).parts or ()
        if part.section and part.word == section
        for unit in part.parts or ()
        if unit.name
    ]
