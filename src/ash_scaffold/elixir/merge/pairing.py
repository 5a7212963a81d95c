"""Which units of three versions are the same one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from ash_scaffold.elixir.merge.units import Unit

_Mark: TypeAlias = Callable[[Unit], tuple[str, ...] | None]


class Triple(msgspec.Struct, frozen=True):
    """One unit in the three versions; None where a version does not have it."""

    base: Unit | None
    theirs: Unit | None
    ours: Unit | None

    @property
    def any(self) -> Unit:
        """The unit as it would be generated, or as it was, or as the person has it."""
        found = self.theirs or self.base or self.ours
        assert found is not None
        return found


def pair(base: Sequence[Unit], theirs: Sequence[Unit], ours: Sequence[Unit]) -> list[Triple]:
    """Pair the units: by database object and name, then by object, then by name.

    The order is that of `theirs`, then of the units that only `base` has. Those that only `ours`
    has are left out.
    """
    from_base = _match(dict(enumerate(theirs)), base, _MARKS)
    bases = [from_base.get(index) for index in range(len(theirs))]
    paired = {id(unit) for unit in bases}
    rest = [unit for unit in base if id(unit) not in paired]
    generated = [*zip(theirs, bases, strict=True), *((None, unit) for unit in rest)]
    # The file may still have the name or the object of the base. What it has both of is no other
    # unit's, even where one that is new has its object.
    found: dict[int, Unit] = {}
    for marks in ((_both,), _MARKS):
        for versions in ([new or old for new, old in generated], [old for _, old in generated]):
            wanted = {
                index: unit
                for index, unit in enumerate(versions)
                if unit is not None and index not in found
            }
            taken = {id(unit) for unit in found.values()}
            found |= _match(wanted, [unit for unit in ours if id(unit) not in taken], marks)
    return _joined(
        Triple(old, unit, found.get(index)) for index, (unit, old) in enumerate(generated)
    )


def _joined(triples: Iterable[Triple]) -> list[Triple]:
    """Join a unit of `theirs` to one of `base` by the unit of the file that stands for both.

    It has the object of the old one and the name of the new one: generated units follow the file's
    names, and the key of an object may name another module, which was renamed with them.
    """
    all_ = list(triples)
    old = {each.ours.name: each for each in all_ if each.theirs is None and each.ours is not None}
    joined: dict[str, Triple] = {}
    for each in all_:
        name = each.theirs.name if each.theirs is not None else ""
        if name in old and name and each.base is None and each.ours is None:
            joined[name] = Triple(old[name].base, each.theirs, old[name].ours)
    replaced = [old[name] for name in joined]
    return [
        joined.get(each.theirs.name, each) if each.theirs is not None else each
        for each in all_
        if all(each is not other for other in replaced)
    ]


def _match(
    wanted: Mapping[int, Unit], there: Sequence[Unit], marks: Sequence[_Mark]
) -> dict[int, Unit]:
    """Find for each of the wanted units the one that is the same, by the first mark that tells."""
    found: dict[int, Unit] = {}
    free = list(there)
    for mark in marks:
        open_ = [index for index in wanted if index not in found]
        counts = Counter(mark(unit) for unit in free)
        needed = Counter(mark(wanted[index]) for index in open_)
        for index in open_:
            looked = mark(wanted[index])
            # Two keys may share their first column, so only a unique one on both sides counts.
            if looked is None or (mark is not _both and (counts[looked], needed[looked]) != (1, 1)):
                continue
            for place, unit in enumerate(free):
                if mark(unit) == looked:
                    found[index] = free.pop(place)
                    break
    return found


def _both(unit: Unit) -> tuple[str, ...]:
    return (unit.key, unit.name)


def _key(unit: Unit) -> tuple[str, ...]:
    return (unit.key,)


def _name(unit: Unit) -> tuple[str, ...] | None:
    return (unit.name,) if unit.name else None


_MARKS: tuple[_Mark, ...] = (_both, _key, _name)
