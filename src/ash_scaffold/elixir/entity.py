"""Entities of a DSL as lines of Elixir, laid out as the formatter has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

import msgspec

from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.syntax.literal import LINE_LENGTH, fit, heredoc, statement, width
from ash_scaffold.term import Term

STEP = 2


class EntityLines(msgspec.Struct, frozen=True, gc=False):
    """A generated entity as lines, without the indent of its section.

    `section` names the sections it is in (`postgres/references`; "" for the module itself),
    `object` is its identity within.
    """

    section: str
    object: str
    lines: tuple[str, ...]


class Entity(msgspec.Struct, frozen=True, gc=False):
    """One entity or option of a section.

    `object` is the database object that it stands for, as a merge knows it, such as
    `column email`; `lines` carry no indent of the section. `inside` are the entities of a section
    within the section.
    """

    object: str
    lines: tuple[str, ...]
    inside: tuple[Entity, ...] = ()


class Section(msgspec.Struct, frozen=True):
    """A section of a resource: groups of entities, with a blank line between groups."""

    name: str
    groups: tuple[tuple[Entity, ...], ...]


class Option(msgspec.Struct, frozen=True):
    """An option with its arguments; `spread` breaks a container of several elements in any case.

    `prose` is for a text that people read: of several lines, it is written as a heredoc; so is
    `code` that ends in a line break.
    """

    name: str
    args: tuple[Term, ...]
    spread: bool = False
    prose: bool = False
    code: bool = False


def entity_lines(parts: Iterable[Section]) -> Iterator[EntityLines]:
    """Yield the entities of sections in the form in which snapshots have generated text."""
    for section in parts:
        for group in section.groups:
            for entity in group:
                if entity.inside:
                    name = f"{section.name}/{entity.object}"
                    yield from (EntityLines(name, e.object, e.lines) for e in entity.inside)
                else:
                    yield EntityLines(section.name, entity.object, entity.lines)


class Block(msgspec.Struct, frozen=True):
    """Lines of a generated module that stand together: an entity, the start or end of a section.

    `section` names the sections that it is in, as in `EntityLines`, and `opens` the one that begins
    with it.
    """

    section: str
    lines: list[str]
    entity: EntityLines | None = None
    opens: str | None = None


def blocks_of(module: str, items: Iterable[EntityLines]) -> Iterator[Block]:
    """Yield a module that holds the entities, block by block, without the blank lines between."""
    yield Block("", [f"defmodule {module} do"], opens="")
    opened: list[str] = []
    for item in items:
        wanted = item.section.split("/") if item.section else []
        while opened and opened != wanted[: len(opened)]:
            yield _closed(opened)
        for name in wanted[len(opened) :]:
            section = "/".join(opened)
            opened.append(name)
            begin = ["  " * len(opened) + f"{name} do"]
            yield Block(section, begin, opens="/".join(opened))
        pad = "  " * (len(opened) + 1)
        yield Block(item.section, [pad + line if line else line for line in item.lines], item)
    while opened:
        yield _closed(opened)
    yield Block("", ["end"])


def _closed(opened: list[str]) -> Block:
    section = "/".join(opened)
    opened.pop()
    return Block(section, ["  " * (len(opened) + 1) + "end"])


def layout(groups: Iterable[Sequence[Entity]], indent: int) -> str:
    """Lay out groups of entities as the formatter does: a blank line around those of many lines."""
    return "\n".join(indented(_spaced(groups), indent))


def _spaced(groups: Iterable[Sequence[Entity]]) -> list[str]:
    lines: list[str] = []
    for number, group in enumerate(groups):
        for index, entity in enumerate(group):
            apart = index == 0 or len(entity.lines) > 1 or len(group[index - 1].lines) > 1
            if lines and apart and (index > 0 or number > 0):
                lines.append("")
            lines += entity.lines
    return lines


def indented(lines: Iterable[str], indent: int) -> list[str]:
    """Indent lines, blank ones apart."""
    pad = " " * indent
    return [pad + line if line else line for line in lines]


def option(name: str, *args: Term, spread: bool = False) -> Option:
    """Make an option of its arguments."""
    return Option(name, args, spread)


def description(text: str) -> Option:
    """Make the option of a description."""
    return Option("description", (text,), prose=True)


def write_option(object_: str, option: Option, depth: int) -> Entity:
    """Write an entity that is one option, for sections within `depth` blocks."""
    return Entity(object_, _lines(option, depth))


def _lines(option: Option, depth: int) -> tuple[str, ...]:
    """Write an option; lines after the first keep no indent of the section."""
    only = option.args[0]
    if only is True or only is False:
        return (f"{option.name} {'true' if only else 'false'}",)
    if (option.prose or option.code) and isinstance(only, str):
        lines = heredoc(only, short=option.code)
        if lines is not None:
            return (f"{option.name} {lines[0]}", *lines[1:])
    text = statement(option.name, option.args, depth * STEP, spread=option.spread)
    if "\n" not in text:
        return (text,)
    pad = " " * (depth * STEP)
    return tuple(line.removeprefix(pad) for line in text.split("\n"))


def block(object_: str, head: Option, options: Sequence[Option], depth: int = 2) -> Entity:
    """Write an entity whose options stand in a `do` block, one a line.

    `depth` is the number of blocks around it.
    """
    if not options:
        return write_option(object_, head, depth)
    return with_body(object_, head, block_body(options, depth), depth)


def block_body(options: Sequence[Option], depth: int = 2) -> tuple[str, ...]:
    """Write the lines after the first of an entity with a `do` block, as `block` does."""
    return (*_body([_lines(option, depth + 1) for option in options]), "end")


def with_body(object_: str, head: Option, body: Sequence[str], depth: int = 2) -> Entity:
    """Write an entity with a `do` block of which there are the lines after the first."""
    first = _lines(head, depth)
    if len(first) == 1 and depth * STEP + width(first[0]) + len(" do") > LINE_LENGTH:
        joint = ",\n" + " " * (len(head.name) + 1)
        start = depth * STEP + len(head.name) + 1
        args = joint.join(fit(arg, start, start, 1) for arg in head.args)
        first = tuple(f"{head.name} {args}".split("\n"))
    return Entity(object_, (*first[:-1], f"{first[-1]} do", *body))


def _body(options: Sequence[tuple[str, ...]]) -> list[str]:
    """Indent the lines of a block; an option of many lines stands between blank ones."""
    if max(map(len, options)) == 1:
        return ["  " + lines[0] for lines in options]
    return indented(_spaced([[Entity("", lines) for lines in options]]), STEP)


def one_by_one(name: str, entities: Iterable[Entity]) -> Section:
    """Return a section with a blank line between all of its entities."""
    return Section(name, tuple((entity,) for entity in entities))


def nested(name: str, entities: Sequence[Entity]) -> Entity:
    """Write a section within a section."""
    body = indented(_spaced([(entity,) for entity in entities]), STEP)
    return Entity(name, (f"{name} do", *body, "end"), tuple(entities))


def relationship_key(
    kind: RelationshipKind,
    destination: str,
    *,
    column: str,
    destination_attribute: str,
    through: str | None,
) -> str:
    """Return the identity of a relationship in a merge: its destination and the column of its key.

    `destination` and `through` are modules, `column` is the one behind the source attribute.
    """
    match kind:
        case RelationshipKind.BELONGS_TO:
            return f"{kind.value} {destination} by {column}"
        case RelationshipKind.MANY_TO_MANY:
            return f"{kind.value} {destination} through {through} by {column}"
        case RelationshipKind.HAS_ONE | RelationshipKind.HAS_MANY:
            return f"has {destination}.{destination_attribute} by {column}"
        case _:
            assert_never(kind)
