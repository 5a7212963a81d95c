"""The merge of a file of which most is as it was generated, by way of the few entities that change.

What base and theirs have alike stays in such a file as it is, so three short modules say what is
to be done: of each version the entities that change, those around them, and those that a person
edited, with what the person wrote. The edits to the short file are then made to the whole one,
which nobody has to parse.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.elixir.hand_edits import Layout, named
from ash_scaffold.elixir.merge.edits import Edit

Key = tuple[str, str]


class Short:
    """A text without the lines of some entities and of whole sections; `text` is what is left."""

    def __init__(self, layout: Layout, kept: Collection[Key]) -> None:
        lines = layout.lines
        left_out: set[int] = set()
        for first, last in _runs(layout, kept):
            left_out.update(range(first, last if lines[last] else last + 1))
        # Where each run of kept lines starts, in the short text and in the whole one.
        self._starts: list[int] = []
        self._whole: list[int] = []
        out: list[str] = []
        short = whole = 0
        gap = True
        for number, line in enumerate(lines):
            size = len(line.encode()) + 1
            if number in left_out:
                gap = True
            else:
                if gap:
                    self._starts.append(short)
                    self._whole.append(whole)
                gap = False
                out.append(line)
                short += size
            whole += size
        self.text = "\n".join(out)

    def edit(self, edit: Edit) -> Edit | None:
        """Return an edit of the short text as one of the whole text.

        None for one that reaches over what was left out, or stands beside it.
        """
        index = bisect_right(self._starts, edit.start) - 1
        start = self._starts[index]
        if edit.start == start and index > 0:
            return None
        if index + 1 < len(self._starts) and edit.end >= self._starts[index + 1]:
            return None
        shift = self._whole[index] - start
        return Edit(edit.start + shift, edit.end + shift, edit.text)


def key_of(item: EntityLines) -> Key:
    """Return the section and the object of an entity."""
    return item.section, item.object


def kept_of(
    layout: Layout, base: Sequence[EntityLines], theirs: Sequence[EntityLines]
) -> frozenset[Key] | None:
    """Return what a merge has to see: entities that change or were edited, and those by them.

    None where two entities can't be told apart, and where a section comes or goes.
    """
    old, new = ({key_of(item): item for item in items} for items in (base, theirs))
    if (len(old), len(new)) != (len(base), len(theirs)) or {s for s, _ in old} != {
        s for s, _ in new
    }:
        return None
    if any(" as " in object_ for _, object_ in {*old, *new}):
        return None
    changed = {key for key in {*old, *new} if key not in old or old[key] != new.get(key)}
    sections = {section for section, _ in changed}
    added = layout.edits.added
    # One that a person moved or took out is no place to put something by: its neighbour is.
    changed |= {key_of(item) for item in layout.edits.changed}
    written = {(each.section, named(line)) for each in added for line in each.statements}
    if written:
        # Of two with one name it takes both to tell which is which.
        both = (item for item in (*base, *theirs) if (item.section, named(*item.lines)) in written)
        changed |= {key_of(item) for item in both}
    anchors = _beside(changed, theirs)
    kept = changed | anchors | _beside(changed | anchors, base)
    for addition in added:
        # A comment that was added is about what stands below it.
        for block, _ in layout.places[addition.before - 1 : addition.before + 1]:
            if block.entity is not None and block.section in sections:
                kept.add(key_of(block.entity))
    kept |= {key_of(item) for item in (*base, *theirs) if _tells(item)}
    return frozenset(kept)


def _tells(item: EntityLines) -> bool:
    """Whether an entity decides which object another one is, or has a comment."""
    if item.section == "" or (item.section == "postgres" and item.lines[0].startswith(_TELLING)):
        return True
    lines = [line.lstrip() for line in item.lines]
    return any(line.startswith(("source ", "#")) or "source:" in line for line in lines)


_TELLING = ("identity_index_names ", "schema ", "table ")


def _runs(layout: Layout, kept: Collection[Key]) -> Iterator[tuple[int, int]]:
    """Yield the lines to leave out, the first and behind the last: entities, whole sections."""
    sections = {""}
    for section, _ in kept:
        parts = section.split("/")
        sections |= {"/".join(parts[: end + 1]) for end in range(len(parts))}
    out: tuple[str, int] | None = None
    for block, place in layout.places:
        end = place + len(block.lines)
        if out is not None:
            if block.section == out[0] and block.entity is None and block.opens is None:
                yield out[1], end
                out = None
        elif block.opens is not None and block.opens not in sections:
            out = block.opens, place
        elif block.entity is not None and key_of(block.entity) not in kept:
            yield place, end


def _beside(keys: Collection[Key], items: Sequence[EntityLines]) -> set[Key]:
    """Return the entities that stand beside those in their section."""
    sections: dict[str, list[Key]] = {}
    for item in items:
        sections.setdefault(item.section, []).append(key_of(item))
    pairs = [pair for found in sections.values() for pair in pairwise(found)]
    return {after for before, after in pairs if before in keys} | {
        before for before, after in pairs if after in keys
    }
