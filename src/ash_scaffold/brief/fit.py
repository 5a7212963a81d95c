"""A page of at most so many lines: the worst stays, and the page says what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

_NAMED = 4  # of what a section lacks
_GONE = 3  # lines around those that name the sections of which nothing is shown


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a section that is there as a whole or not at all.

    `name` says what is missing without it. Items of a lower `rank` are taken first.
    """

    lines: tuple[str, ...]
    name: str
    rank: int = 0


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading, lines that stay with it, and items; one without items always stays.

    `nouns` are what one of the items and several are called. With `tight` the items are a list or
    the rows of a table: lines that follow each other, of which none is passed over for a later one.
    """

    title: str
    intro: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    nouns: tuple[str, str] = ("part", "parts")
    tight: bool = False

    def lines(self, chosen: frozenset[int]) -> Iterator[str]:
        """Yield the lines of the section with the chosen items, by their numbers."""
        yield f"## {self.title}"
        yield ""
        if self.intro:
            yield from self.intro
            # Rows of a table follow its head.
            if not self.intro[-1].startswith("|"):
                yield ""
        for number in sorted(chosen):
            yield from self.items[number].lines
            if not self.tight:
                yield ""
        if self.tight and chosen:
            yield ""
        if len(chosen) < len(self.items):
            yield f"**Left out here:** {self.lacking(chosen)}."
            yield ""

    def size(self, count: int, length: int) -> int:
        """Return how many lines `lines` gives for so many items, which have `length` lines.

        0 where nothing of it is shown.
        """
        if self.items and not count:
            return 0
        size = 2 + length + (bool(count) if self.tight else count)
        if self.intro:
            size += len(self.intro) + (not self.intro[-1].startswith("|"))
        return size + 2 * (count < len(self.items))

    def lacking(self, chosen: frozenset[int]) -> str:
        """Say which items are not chosen."""
        left = [item for number, item in enumerate(self.items) if number not in chosen]
        of = f" of {len(self.items)}" if chosen else ""
        names = "; ".join(item.name for item in left[:_NAMED])
        more = f"; and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
        return f"{len(left)}{of} {self.nouns[len(self.items) > 1]}: {names}{more}"


def fitted(head: Sequence[str], sections: Sequence[Section], limit: int | None) -> list[str]:
    """Return the lines of a page, at most so many; without a limit all of them.

    What stays in any case is the head, the sections without items, and a line for each of those
    that nothing is shown of.
    """
    every = [frozenset(range(len(section.items))) for section in sections]
    if limit is None or len(_page(head, sections, every)) <= limit:
        return _page(head, sections, every)
    chosen: list[set[int]] = [set() for _ in sections]
    lengths = [0] * len(sections)
    sizes = [section.size(0, 0) for section in sections]
    gone = sum(size == 0 for size in sizes)
    full: set[int] = set()
    order = sorted(
        (item.rank, at, number)
        for at, section in enumerate(sections)
        for number, item in enumerate(section.items)
    )
    for _rank, at, number in order:
        if at in full:
            continue
        section, length = sections[at], lengths[at] + len(sections[at].items[number].lines)
        size = section.size(len(chosen[at]) + 1, length)
        left = gone - (sizes[at] == 0)
        if len(head) + sum(sizes) - sizes[at] + size + (left + _GONE if left else 0) <= limit:
            chosen[at].add(number)
            lengths[at], sizes[at], gone = length, size, left
        elif section.tight:
            full.add(at)
    return _page(head, sections, [frozenset(numbers) for numbers in chosen])


def _page(
    head: Sequence[str], sections: Sequence[Section], chosen: Sequence[frozenset[int]]
) -> list[str]:
    lines = [*head, ""]
    gone = []
    for section, numbers in zip(sections, chosen, strict=True):
        if section.items and not numbers:
            gone.append(f"- {section.title}: {section.lacking(numbers)}")
        else:
            lines += section.lines(numbers)
    if gone:
        lines += ["## Left out of this page", "", *gone, ""]
    return lines[:-1]
