"""The three-way merge of one module: what was generated, what would be, what the person has."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ash_scaffold.elixir.entity_lines import EntityLines
from ash_scaffold.elixir.merge.base import assemble, entities, located, replaced
from ash_scaffold.elixir.merge.build import module_units
from ash_scaffold.elixir.merge.edits import apply, style_of
from ash_scaffold.elixir.merge.follow import follow
from ash_scaffold.elixir.merge.resolve import ByHand, Path, Resolver
from ash_scaffold.elixir.merge.result import Conflict, Merged
from ash_scaffold.elixir.merge.units import NO_RENAMES, NOTHING_AROUND, Around, Renames, Unit
from ash_scaffold.problem import Code, fail
from ash_scaffold.syntax.modules import ModuleDefinition, modules
from ash_scaffold.syntax.parse import Tree, parse

_NO_BASE = "defmodule Base do\nend\n"
NONE_BY_HAND: ByHand = {}


class Arounds(msgspec.Struct, frozen=True):
    """What a resource's other modules say, in the three versions."""

    base: Around = NOTHING_AROUND
    theirs: Around = NOTHING_AROUND
    ours: Around = NOTHING_AROUND


NO_AROUNDS = Arounds()


def merge(
    ours: bytes,
    base: str | None,
    theirs: str,
    *,
    module: str,
    scope: str = "",
    accepted: frozenset[str] = frozenset(),
    renames: Renames = NO_RENAMES,
    around: Arounds = NO_AROUNDS,
    by_hand: ByHand = NONE_BY_HAND,
) -> Merged:
    """Merge what is generated into a person's file, by edits of byte ranges.

    `ours` is the file, `base` the text of the module that was generated last (None: never) and
    `theirs` the one of today, each of one module; `module` is its name in `ours`. `scope`, a
    table's name, stands in front of the objects in conflicts and in `accepted`
    (`users.email`, `users.email.type`). `renames` are those of the database since `base`; `around`
    is for a part of a resource: what its other modules say in each version. `by_hand` are the names
    in `base` that a person gave, by section, each with the one that was generated: what bears
    them is not taken out without a word.

    Raises `ScaffoldError` when `ours` is no Elixir or lacks the module.
    """
    there = parsed(ours, module)
    if renames != NO_RENAMES:
        there = parsed(follow(*there, renames), module)
        base = None if base is None else _followed(base, renames)
        renames = msgspec.structs.replace(renames, followed=True)
    text, resolver = _run(there, base, theirs, scope, accepted, renames, None, around, by_hand)
    if parse(text).fault is not None:
        return _unmerged(ours, base, theirs, scope)
    held = frozenset(resolver.held)
    next_base = _hold(base, theirs, held, renames, around) if held else theirs
    return Merged(
        text=text,
        base=next_base,
        held=_differing(next_base, theirs) if held else (),
        conflicts=tuple(resolver.conflicts),
        notes=tuple(resolver.notes),
        unresolved=tuple(dict.fromkeys(conflict.name for conflict in resolver.conflicts)),
    )


def _followed(base: str, renames: Renames) -> str:
    tree = parse(base.encode())
    return follow(tree, modules(tree)[0], renames).decode()


def _run(
    there: tuple[Tree, ModuleDefinition],
    base: str | None,
    theirs: str,
    scope: str,
    accepted: frozenset[str],
    renames: Renames,
    only: frozenset[Path] | None,
    around: Arounds = NO_AROUNDS,
    by_hand: ByHand = NONE_BY_HAND,
) -> tuple[bytes, Resolver]:
    tree, found = there
    old = _generated(base or _NO_BASE, renames, around.base)
    new = _generated(theirs, NO_RENAMES, around.theirs)
    uses = [*_uses(old), *_uses(new)]
    own = module_units(tree, found, renames, uses or ("Ash.Resource",), around.ours)
    resolver = Resolver(style_of(tree.source), scope, accepted, only, by_hand)
    return apply(tree.source, resolver.module(old, new, own)), resolver


def _hold(
    base: str | None,
    theirs: str,
    held: frozenset[Path],
    renames: Renames,
    around: Arounds,
) -> str:
    """Put the old base of some units in place of what would be generated.

    This is a merge as well: the base is merged into `theirs`, for those units alone.
    """
    tree = parse(theirs.encode())
    there = tree, modules(tree)[0]
    turned = Arounds(around.theirs, around.base, around.theirs)
    text, _ = _run(there, theirs, base or _NO_BASE, "", frozenset(), renames, held, turned)
    return text.decode()


def _differing(text: str, theirs: str) -> tuple[EntityLines, ...]:
    """Return the entities of a text that are not those of another one."""
    there = {(item.section, item.lines) for item in entities(theirs)}
    return tuple(item for item in entities(text) if (item.section, item.lines) not in there)


def _uses(unit: Unit) -> list[str]:
    """Return the module of the generated `use`."""
    return [part.name for part in unit.parts or () if part.key == "use"]


def _generated(text: str, renames: Renames, around: Around) -> Unit:
    tree = parse(text.encode())
    return module_units(tree, modules(tree)[0], renames, around=around)


def overlay(text: str, held: Sequence[EntityLines]) -> str:
    """Return generated text with the held entities in place of its own: a base to merge with."""
    if not held:
        return text
    tree = parse(text.encode())
    there = tree, modules(tree)[0]
    wanted = replaced(entities(text), held)
    other = assemble(there[1].name, wanted)
    # What an entity is known by depends on those around it, so it is read from the whole.
    paths = frozenset(
        path for (path, _), item in zip(located(other), wanted, strict=True) if item in held
    )
    merged, _ = _run(there, text, other, "", frozenset(), NO_RENAMES, paths)
    return merged.decode()


def parsed(source: bytes, module: str) -> tuple[Tree, ModuleDefinition]:
    """Return a file's tree and a module in it. Raises `ScaffoldError` without either."""
    tree = parse(source)
    fault = tree.fault
    if fault is not None:
        raise fail(
            Code.UNPARSABLE_FILE,
            f"The file is not valid Elixir: line {fault.line}, column {fault.column}, "
            f"at {fault.text}",
            todo="Mend it, or move it away to have it written anew.",
        )
    for found in modules(tree):
        if found.name == module:
            return tree, found
    raise fail(
        Code.UNPARSABLE_FILE,
        f"The file does not define the module {module}.",
        todo="Move the module back into it, or move the file away to have the module written anew.",
    )


def _unmerged(ours: bytes, base: str | None, theirs: str, scope: str) -> Merged:
    """Leave the file alone: a text that does not parse is never given."""
    conflict = Conflict(
        section="",
        object=scope,
        option=None,
        base=tuple((base or "").splitlines()),
        ours=tuple(ours.decode("utf-8", "replace").splitlines()),
        theirs=tuple(theirs.splitlines()),
    )
    return Merged(text=ours, base=base or theirs, conflicts=(conflict,), unresolved=(scope,))
