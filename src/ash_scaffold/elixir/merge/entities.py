"""Generated text as entities, each as lines, and back: the form in which a base is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ash_scaffold.elixir.entity import EntityLines, blocks_of
from ash_scaffold.elixir.merge.edits import GENERATED_STYLE, Edit, apply, indented, lines_of
from ash_scaffold.elixir.merge.units import NO_OBJECTS, DatabaseObjects, Unit, module_units, same
from ash_scaffold.syntax.entities import indentation
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse
from ash_scaffold.term import Module, Term

_HEREDOC = '"""'


def entities(text: str, others: DatabaseObjects = NO_OBJECTS) -> tuple[EntityLines, ...]:
    """Return the entities of a generated module.

    `others` are the database objects of the resource's other modules, where it is one of several.
    """
    tree = parse(text.encode())
    units = module_units(tree, modules(tree)[0], others=others)
    return tuple(item for _, item in _entities(units, ""))


def units_by_entity(unit: Unit) -> dict[tuple[str, str], Unit]:
    """Return the units of a module that are entities, by section and object."""
    return {(item.section, item.object): part for part, item in _entities(unit, "")}


def assemble(module: str, items: Sequence[EntityLines]) -> str:
    """Return a module that holds the entities: the inverse of `entities`.

    Blocks stand apart as the formatter has them.
    """
    lines: list[str] = []
    last: EntityLines | None = None
    opened = closed = False
    for block in blocks_of(module, items):
        item, opens = block.entity, block.opens is not None
        longer = item is not None and last is not None and len(last.lines + item.lines) > 2
        if last is not None and not opened and (opens or longer or (closed and item is not None)):
            lines.append("")
        lines += block.lines
        last, opened, closed = item or last, opens, item is None
    return "\n".join([*lines, ""])


def _entities(unit: Unit, section: str) -> Iterator[tuple[Unit, EntityLines]]:
    parts = unit.parts or ()
    # Counted once: a domain has an entity for each of its thousands of resources.
    count = Counter(part.key for part in parts)
    for part in parts:
        if part.is_section:
            yield from _entities(part, _inside(section, part))
        else:
            yield part, _lines(part, section, twins=count[part.key])


def _inside(section: str, part: Unit) -> str:
    return f"{section}/{part.word}" if section else part.word


def _lines(part: Unit, section: str, *, twins: int) -> EntityLines:
    lines = tuple(line.decode() for line in lines_of(part, part.lead))
    # Two keys of one column to one table differ by the name.
    object_ = part.key if twins == 1 else f"{part.key} as {part.name}"
    return EntityLines(section, object_, lines)


def with_texts_of(
    base: Sequence[EntityLines],
    text: str,
    others: DatabaseObjects = NO_OBJECTS,
    types: Mapping[str, Term] = {},
    known: Sequence[EntityLines] | None = None,
) -> str:
    """Return a generated module without the heredocs that the base says in another form.

    `base` are its entities as they were generated before, `text` is the module of today, `known`
    are its entities, where that takes no parse. An entity that means what it meant stays as it was
    written. `types` are what was written in place of modules that hold the same values.
    """
    named = [name for name in types if name in text]
    if f"{_HEREDOC}\n" not in text and not named:
        return text
    if known is not None:
        written = {(each.section, each.object): each.lines for each in base}
        concerned = (each for each in known if _is_concerned(each, named))
        if all(written.get((each.section, each.object)) == each.lines for each in concerned):
            return text
    new, old = _parsed(text, others), _parsed(assemble("Base", base), others)
    changes = []
    for key, unit in new.items():
        was = old.get(key)
        content = unit.content
        for name in named:
            content = content.replace(repr(Module(name)), repr(types[name]))
        if was is None or was.content != content or was.comments != unit.comments:
            continue
        lines, today = lines_of(was, was.lead), lines_of(unit, unit.lead)
        has_heredoc = any(line.endswith(_HEREDOC.encode()) for line in today)
        if lines == today or not (has_heredoc or content != unit.content):
            continue
        pad, end = indentation(unit.source, unit.start), unit.end
        if len(lines) == 1 and unit.source[end : end + 2] == b"\n\n":
            # Only a text of several lines stands apart.
            changes.append(Edit(end, end + 1, b""))
        changes.append(Edit(unit.lead, end, indented(lines, pad, GENERATED_STYLE)))
    return apply(text.encode(), changes).decode()


def _is_concerned(entity: EntityLines, named: Sequence[str]) -> bool:
    """Whether an entity has a heredoc, or one of the modules that are named."""
    return any(
        line.endswith(_HEREDOC) or any(name in line for name in named) for line in entity.lines
    )


def _parsed(text: str, others: DatabaseObjects) -> dict[tuple[str, str], Unit]:
    tree = parse(text.encode())
    return units_by_entity(module_units(tree, modules(tree)[0], others=others))


def untouched(
    section: str, generated: Sequence[EntityLines], sources: Iterable[bytes], names: Iterable[str]
) -> frozenset[str]:
    """Return the Elixir names of a section's entities that stand in the files as generated.

    `generated` are the entities of the snapshot; `names` are the modules of `sources` that count.
    """
    wanted = set(names)
    old = _units_in(assemble("Base", generated).encode(), {"Base"}, section)
    return frozenset(
        unit.name
        for source in sources
        for unit in _units_in(source, wanted, section)
        if any(other.name == unit.name and same(unit, other) for other in old)
    )


def names_in(items: Sequence[EntityLines], section: str) -> frozenset[str]:
    """Return the Elixir names of a section's entities."""
    units = _units_in(assemble("Base", items).encode(), {"Base"}, section)
    return frozenset(unit.name for unit in units)


def units_of(source: bytes, name: str) -> dict[str, str]:
    """Return the contents of a module's parts, without layout, by their keys."""
    tree = parse(source)
    return {
        part.key: part.content
        for module in modules(tree)
        if module.name == name
        for part in module_units(tree, module).parts or ()
    }


def _units_in(source: bytes, names: set[str], section: str) -> list[Unit]:
    tree = parse(source)
    return [
        unit
        for module in modules(tree)
        if module.name in names
        for part in module_units(tree, module).parts or ()
        if part.is_section and part.word == section
        for unit in part.parts or ()
        if unit.name
    ]
