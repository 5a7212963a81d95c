"""Which units of three versions are the same one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from ash_scaffold.elixir.merge.units import Unit


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
    from_base = _match(theirs, base)
    bases = [from_base.get(index) for index in range(len(theirs))]
    rest = [unit for unit in base if all(unit is not found for found in bases)]
    generated = [*zip(theirs, bases, strict=True), *((None, unit) for unit in rest)]
    new = [unit or old for unit, old in generated]
    found = _match([unit for unit in new if unit is not None], ours)
    left = [unit for unit in ours if all(unit is not other for other in found.values())]
    # The file may still have the name or the object of the base.
    again = _match([old for _, old in generated if old is not None], left)
    index_of_old = [index for index, (_, old) in enumerate(generated) if old is not None]
    for position, unit in again.items():
        found.setdefault(index_of_old[position], unit)
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


def _match(wanted: Sequence[Unit], there: Sequence[Unit]) -> dict[int, Unit]:
    """Find for each of the wanted units, by its index, the one that is the same."""
    found: dict[int, Unit] = {}
    free = list(there)
    marks: tuple[Callable[[Unit], tuple[str, ...] | None], ...] = (_both, _key, _name)
    for mark in marks:
        open_ = [index for index in range(len(wanted)) if index not in found]
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
