"""Modules of generated types that a person has renamed: known again by what they stand for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.elixir.merge import assemble, units_of
from ash_scaffold.generate.past import Past
from ash_scaffold.postgres.identifier import quote_name
from ash_scaffold.project.model import Project
from ash_scaffold.project.snapshot import Snapshot
from ash_scaffold.syntax.literal import atom

_STORAGE = "def storage_type/0"


def renamed_types(project: Project, snapshots: Mapping[str, Snapshot]) -> dict[str, str]:
    """Return what people call generated types, by what those would be called.

    A type whose module is no longer there is the one module of a type that nothing was generated
    of, and that is stored as the same type of the database; where it is stored as what the
    database does not define, that says the very same.
    """
    kept = {
        each.planned: each.module
        for each in snapshots.values()
        if each.table is None and each.planned and each.module in project.modules
    }
    lost = [
        each
        for each in snapshots.values()
        if each.table is None and each.module not in project.modules and _is_type(each)
    ]
    new = [e for e in project.modules.values() if e.is_type and e.name not in snapshots]
    if not lost or not new:
        return kept
    own = _own_storages(snapshots.values())
    there = {entry.name: _read(project, entry.path, entry.name) for entry in new}
    pairs = [
        (each, name)
        for each in lost
        for name, says in there.items()
        if _is_same(units_of(assemble("Base", each.entities).encode(), "Base"), says, own)
    ]
    old_counts = Counter(each.module for each, _ in pairs)
    new_counts = Counter(name for _, name in pairs)
    found = {
        each.planned or each.module: name
        for each, name in pairs
        if old_counts[each.module] == 1 and new_counts[name] == 1
    }
    return {planned: name for planned, name in (kept | found).items() if planned != name}


def with_renamed_types(past: Past, types: Mapping[str, str]) -> Past:
    """Put the snapshots of types under what those are called now."""
    return msgspec.structs.replace(
        past,
        modules={
            types.get(each.planned or module, module): each for module, each in past.modules.items()
        },
    )


def _is_type(snapshot: Snapshot) -> bool:
    return any(
        each.object == "use" and each.lines[0].startswith("use Ash.Type")
        for each in snapshot.entities
    )


def _own_storages(snapshots: Iterable[Snapshot]) -> frozenset[str]:
    """Return the names of storages that stand for one type of the database each."""
    return frozenset(
        atom(quote_name(type_.name))
        for each in snapshots
        if each.facts is not None
        for type_ in each.facts.types
    )


def _is_same(old: Mapping[str, str], new: Mapping[str, str], own: frozenset[str]) -> bool:
    storage = old.get(_STORAGE)
    if storage is not None and any(storage.endswith(f" {name}") for name in own):
        return storage == new.get(_STORAGE)
    return old == new


def _read(project: Project, path: str, module: str) -> dict[str, str]:
    try:
        return units_of((project.root / path).read_bytes(), module)
    except OSError:
        return {}
