"""Which type is which, when one is gone and another of the same making is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from ash_scaffold.postgres.catalog import Name, TypeKind
from ash_scaffold.postgres.facts import TableFacts, TypeFacts


def pair_types(old: Iterable[TableFacts], new: Iterable[TableFacts]) -> dict[Name, Name]:
    """Return the new names of renamed and moved types by their old names.

    A pair has to be made in the same way; one that kept its name in another schema comes first.
    """
    before, after = _types(old), _types(new)
    gone = {name: type_ for name, type_ in before.items() if name not in after}
    fresh = {name: type_ for name, type_ in after.items() if name not in before}
    return _pairs(gone, fresh)


def _types(tables: Iterable[TableFacts]) -> dict[Name, TypeFacts]:
    return {type_.name: type_ for table in tables for type_ in table.types}


def _pairs(gone: Mapping[Name, TypeFacts], fresh: Mapping[Name, TypeFacts]) -> dict[Name, Name]:
    found: dict[Name, Name] = {}
    for keep_name in (True, False):
        before = _by_making(gone, found, keep_name=keep_name)
        after = _by_making(fresh, found.values(), keep_name=keep_name)
        for making, names in before.items():
            others = after.get(making, [])
            if len(names) == len(others) == 1:
                found[names[0]] = others[0]
    return found


def _by_making(
    types: Mapping[Name, TypeFacts], taken: Iterable[Name], *, keep_name: bool
) -> dict[TypeFacts, list[Name]]:
    """Group types by all but their name, or all but their schema."""
    paired = set(taken)
    found: defaultdict[TypeFacts, list[Name]] = defaultdict(list)
    for name, type_ in types.items():
        # Of two base types nothing tells that they are alike.
        if name not in paired and (keep_name or type_.kind is not TypeKind.BASE):
            bare = Name("", name.name if keep_name else "")
            found[replace(type_, name=bare, comment=None)].append(name)
    return found
