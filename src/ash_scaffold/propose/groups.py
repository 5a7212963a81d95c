"""Groups of tables that are tied more to each other than to the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.propose.ties import Tie


def groups(
    tables: Sequence[Name], ties: Iterable[Tie], seeds: Mapping[Name, str]
) -> tuple[tuple[Name, ...], ...]:
    """Split the tables into groups, the greedy way to the greatest modularity.

    Two groups are merged when that gains the most, again and again until nothing gains; all in
    whole numbers, ties between gains decided by name. Tables of one seed start as one group,
    and groups of different seeds stay apart. M. E. J. Newman, "Fast algorithm for detecting
    community structure in networks" (2004).
    """
    state = _State(tables, ties, seeds)
    while state.merge_best():
        pass
    return state.found()


class _State:
    def __init__(
        self, tables: Sequence[Name], ties: Iterable[Tie], seeds: Mapping[Name, str]
    ) -> None:
        number = {name: index for index, name in enumerate(sorted(tables))}
        first: dict[str, int] = {}
        self._seed: dict[int, str] = {}
        self._members: dict[int, list[Name]] = {}
        home: dict[Name, int] = {}
        for name, index in number.items():
            seed = seeds.get(name)
            group = index if seed is None else first.setdefault(seed, index)
            home[name] = group
            self._members.setdefault(group, []).append(name)
            if seed is not None:
                self._seed[group] = seed
        self._between: dict[int, dict[int, int]] = {group: {} for group in self._members}
        self._degree = dict.fromkeys(self._members, 0)
        self._total = 0
        for tie in ties:
            source, target = home[tie.source], home[tie.target]
            self._degree[source] += tie.weight
            self._degree[target] += tie.weight
            self._total += 2 * tie.weight
            if source != target:
                for one, other in ((source, target), (target, source)):
                    row = self._between[one]
                    row[other] = row.get(other, 0) + tie.weight

    def merge_best(self) -> bool:
        """Merge the two groups that gain the most; False when nothing gains."""
        best, pair = 0, None
        for one, row in self._between.items():
            for other, weight in row.items():
                if one < other and not (one in self._seed and other in self._seed):
                    gain = self._total * weight - self._degree[one] * self._degree[other]
                    if gain > best or (gain == best and pair is not None and (one, other) < pair):
                        best, pair = gain, (one, other)
        if pair is None:
            return False
        self._merge(*pair)
        return True

    def found(self) -> tuple[tuple[Name, ...], ...]:
        """Return the groups, each sorted, by their first table."""
        return tuple(sorted(tuple(sorted(members)) for members in self._members.values()))

    def _merge(self, one: int, other: int) -> None:
        row = self._between.pop(other)
        for neighbour, weight in row.items():
            del self._between[neighbour][other]
            if neighbour != one:
                for here, there in ((one, neighbour), (neighbour, one)):
                    self._between[here][there] = self._between[here].get(there, 0) + weight
        self._degree[one] += self._degree.pop(other)
        self._members[one] += self._members.pop(other)
        if other in self._seed:
            self._seed[one] = self._seed.pop(other)
