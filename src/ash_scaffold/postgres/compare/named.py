"""What has a name in its table: paired by it, or by being the same but for the name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, NamedTuple, Protocol, TypeVar


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """The name."""


T = TypeVar("T", bound=Named)


class Pair(NamedTuple, Generic[T]):
    """The object before and after; None where it is not there."""

    before: T | None
    after: T | None


def pair_named(
    before: Iterable[T], after: Iterable[T], content: Callable[[T], Hashable]
) -> Iterator[Pair[T]]:
    """Pair objects by name, then those left by equal content where only one pair is possible."""
    olds = {each.name: each for each in before}
    news = {each.name: each for each in after}
    for name in olds.keys() & news.keys():
        yield Pair(olds.pop(name), news.pop(name))
    by_content: defaultdict[Hashable, tuple[list[T], list[T]]] = defaultdict(lambda: ([], []))
    for old in olds.values():
        by_content[content(old)][0].append(old)
    for new in news.values():
        by_content[content(new)][1].append(new)
    for gone, fresh in by_content.values():
        if len(gone) == len(fresh) == 1:
            yield Pair(gone[0], fresh[0])
        else:
            yield from (Pair(each, None) for each in gone)
            yield from (Pair(None, each) for each in fresh)
