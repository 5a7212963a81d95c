"""What is kept of a module: its entities as they were generated, and the rest of its snapshot.

The entities of a resource and of its fragment are kept together. Each has a `use` of its own, so
the fragment's goes by another name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.elixir.merge import USE, Spread
from ash_scaffold.generate.modules import Module, generated_entities
from ash_scaffold.project.hand_given_names import still_by_hand
from ash_scaffold.project.snapshot import VERSION, FragmentSnapshot, Snapshot, digest

FRAGMENT_USE = "use of the fragment"


def all_entities(module: Module, texts: Mapping[str, str]) -> tuple[EntityLines, ...]:
    """Return the entities of a module and of its fragment, as a snapshot keeps them."""
    own = generated_entities(module, texts[module.name])
    if module.fragment is None:
        return own
    inside = generated_entities(module.fragment, texts[module.fragment.name])
    uses = (EntityLines(each.section, FRAGMENT_USE, each.lines) for each in inside[:1])
    return (*own, *uses, *inside[1:])


def entities_of(
    part: Module, module: Module, kept: tuple[EntityLines, ...]
) -> tuple[EntityLines, ...]:
    """Return those of the kept entities that belong to a part of the module."""
    if module.fragment is None:
        return tuple(each for each in kept if each.object != FRAGMENT_USE)
    if part is module:
        return tuple(each for each in kept if (each.section, each.object) == USE)
    return tuple(
        EntityLines(*USE, each.lines) if each.object == FRAGMENT_USE else each
        for each in kept
        if (each.section, each.object) != USE
    )


def content(found: Iterable[EntityLines]) -> list[EntityLines]:
    """Leave out what is no entity of the resource but a module's `use`."""
    return [e for e in found if (e.section, e.object) != USE and e.object != FRAGMENT_USE]


def use_of(found: Iterable[EntityLines], name: str) -> str:
    """Return the lines of a `use`, "" when there is none."""
    lines = next((each.lines for each in found if not each.section and each.object == name), ())
    return "\n".join(lines)


def merged_uses(found: Iterable[EntityLines], module: Module, spread: Spread) -> list[EntityLines]:
    """Return the `use` of the resource and of its fragment, as a merge leaves them."""
    return [_with_use(item, name, spread) for item in found for name in _module_of(item, module)]


def kept_snapshot(module: Module, old: Snapshot) -> Snapshot:
    """Return the snapshot of a module that has nothing new in it but what stands around it."""
    fragment = old.fragment
    if fragment is not None and module.fragment is not None:
        fragment = msgspec.structs.replace(fragment, path=module.fragment.path)
    return msgspec.structs.replace(
        old,
        fragment=fragment,
        module=module.name,
        planned=module.planned,
        path=module.path,
        table=module.table,
        domain=module.domain,
        repo=module.repo,
        choices=module.choices,
        names=module.names,
        facts=module.facts,
        legacy=module.legacy,
    )


def new_snapshot(
    module: Module,
    old: Snapshot | None,
    tool: str,
    written: Mapping[str, str],
    found: Sequence[EntityLines],
    unresolved: tuple[str, ...],
) -> Snapshot:
    """Return the snapshot of a module. `written` are the texts of its parts, formatted."""
    fragment, names = module.fragment, module.names
    if old is not None and unresolved:
        by_hand = still_by_hand(names.by_hand, old.names.by_hand, content(found))
        names = msgspec.structs.replace(names, by_hand=by_hand)
    return Snapshot(
        version=VERSION,
        module=module.name,
        planned=module.planned,
        path=module.path,
        table=module.table,
        domain=module.domain,
        repo=module.repo,
        tool=tool,
        choices=module.choices,
        rendered=module.digest,
        written=digest(written[module.name]),
        fragment=None
        if fragment is None
        else FragmentSnapshot(fragment.name, fragment.path, digest(written[fragment.name])),
        unresolved=unresolved,
        names=names,
        facts=module.facts,
        legacy=module.legacy,
        entities=tuple(found),
    )


def _module_of(item: EntityLines, module: Module) -> Iterable[str]:
    """Give the module whose `use` an entity is."""
    if (item.section, item.object) == USE:
        yield module.name
    elif item.object == FRAGMENT_USE and module.fragment is not None:
        yield module.fragment.name


def _with_use(item: EntityLines, name: str, spread: Spread) -> EntityLines:
    lines = spread.uses.get(name)
    return item if lines is None else EntityLines("", item.object, tuple(lines.split("\n")))
