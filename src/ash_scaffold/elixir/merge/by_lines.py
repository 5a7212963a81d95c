"""The merge of a file into which entities are only put, or in which they are replaced: by lines.

A column more in a table is the most frequent change. Where its attribute goes behind an entity that
stands as it was generated, and nothing that a person wrote has to do with it, the lines are put in
without a parse of anything, with the blank lines that the merge of units puts around them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from ash_scaffold.elixir.entity import Block, EntityLines
from ash_scaffold.elixir.hand_edits import Layout, named

_ATTRIBUTES = "attributes"
_Place = tuple[str, str]
_WORD = re.compile(r"[\w.?!@]+")
# Texts, comments and numbers, which can be said in several ways.
_AMBIGUOUS = re.compile(r'\\|"""|#|\d_\d')


def merged_by_lines(
    own: Layout, new: Layout, base: Sequence[EntityLines], present: Collection[str]
) -> str | None:
    """Return the text of a merge without conflicts and notes, None where units have to tell.

    `own` is the file laid out by the entities of `base`, `new` the module of today by its own;
    `present` are the columns that have an attribute.
    """
    merge = _LineMerge(own, base, present)
    today = {(block.section, block.entity.object) for block, _ in new.places if block.entity}
    if not merge.is_possible or not merge.known <= today:
        return None
    for block, place in new.places:
        end = place + len(block.lines)
        if block.entity is None:
            merge.anchor = None
        elif not merge.take(block, block.entity, new.lines[place - 1], new.lines[end]):
            return None
    return merge.text


class _LineMerge:
    """Takes the entities of today's module one after another.

    `known` are those of the base, `anchor` is the last entity with its place in the file, None
    where it does not stand there as it was generated.
    """

    def __init__(self, own: Layout, base: Sequence[EntityLines], present: Collection[str]) -> None:
        self._lines = own.lines
        self._present = present
        self._base = {(item.section, item.object): item for item in base}
        self.known = self._base.keys()
        self._places: dict[tuple[str, str], tuple[Block, int]] = {}
        self._last: set[int] = set()
        self._opened: dict[str, int] = {}
        for block, place in own.places:
            if block.entity is not None:
                self._places[block.section, block.entity.object] = block, place
            elif block.opens is not None:
                self._opened[block.opens] = place
            else:
                self._last.add(place)
        self._written: dict[str, list[str]] = {}
        statements: dict[_Place, list[str]] = {}
        for each in own.edits.added:
            self._written.setdefault(each.section, []).append(each.text)
            for line in each.statements:
                statements.setdefault((each.section, _name(line)), []).append(line)
        self.is_possible = (
            len(self._base) == len(base)
            and not any("\t" in line or "\r" in line for line in own.lines)
            and all(_is_there(item, statements) for item in own.edits.changed)
            # Nothing else that was written has the name of an entity.
            and not any((item.section, _name(*item.lines)) in statements for item in base)
        )
        self.anchor: tuple[Block, int] | None = None
        self._replaced: dict[int, tuple[Block, Block]] = {}
        # What goes behind the entity that ends there, and whether more than one line comes last.
        self._put: dict[int, list[str]] = {}
        self._is_tall: dict[int, bool] = {}

    def take(self, block: Block, item: EntityLines, above: str, below: str) -> bool:
        """Take an entity, with the lines around it; whether that is possible."""
        key = item.section, item.object
        old, place = self._base.get(key), self._places.get(key)
        if old is None:
            return self._insert(block, item, above, below)
        if old != item:
            if place is None or not item.section or not _says_otherwise(old, item):
                return False
            if self._lines[place[1] - 1].lstrip().startswith("#"):
                return False
            self._replaced[place[1]] = place[0], block
        self.anchor = place
        return True

    def _insert(self, block: Block, item: EntityLines, above: str, below: str) -> bool:
        if self.anchor is None or not self._is_new(item):
            return False
        before, place = self.anchor
        end = place + len(before.lines)
        if end not in self._put:
            if not self._is_indented_as(block):
                return False
            self._put[end] = []
            code = [line for line in before.lines if not line.lstrip().startswith("#")]
            self._is_tall[end] = len(code) > 1
        lines = self._put[end]
        tall = len(block.lines) > 1
        if lines and lines[-1] == "":
            lines.pop()  # what was put behind the one before
        if not above or tall or self._is_tall[end]:
            lines.append("")
        lines += block.lines
        self._is_tall[end] = tall
        if (not below or tall) and self._lines[end].strip() and end not in self._last:
            lines.append("")
        return True

    def _is_new(self, item: EntityLines) -> bool:
        """Whether nothing in the file is the new entity already, as far as its text tells."""
        written = self._written.get(item.section)
        if not item.section or " as " in item.object:
            return False
        if item.section != _ATTRIBUTES:
            return written is None
        name = named(*item.lines)
        column = item.object.removeprefix("column ")
        if not name or column in self._present:
            return False
        words = {word for text in written or () for word in _WORD.findall(text)}
        return not words & {name, column, "timestamps"}

    def _is_indented_as(self, block: Block) -> bool:
        """Whether the first statement of the section has the indent of those that are generated."""
        for line in self._lines[self._opened[block.section] + 1 :]:
            code = line.lstrip()
            if code and not code.startswith("#"):
                return len(line) - len(code) == len(block.lines[0]) - len(block.lines[0].lstrip())
        return False

    @property
    def text(self) -> str:
        """The text with all that was taken."""
        out: list[str] = []
        places = sorted({*self._replaced, *self._put})
        start = 0
        for place in places:
            out += self._lines[start:place]
            out += self._put.get(place, ())
            start = place
            if place in self._replaced:
                before, after = self._replaced[place]
                out += after.lines
                start += len(before.lines)
        return "\n".join([*out, *self._lines[start:]])


def _name(*lines: str) -> str:
    """Return the name of an entity, of one without a name its word."""
    return named(*lines) or lines[0].partition(" ")[0]


def _is_there(item: EntityLines, statements: dict[_Place, list[str]]) -> bool:
    """Whether one statement of those that people wrote is an entity as before; it is left out."""
    found = statements.pop((item.section, _name(*item.lines)), [])
    return len(found) == 1 and (found[0] == item.lines[0] or not named(item.lines[0]))


def _says_otherwise(old: EntityLines, new: EntityLines) -> bool:
    """Whether an entity means something else now, as far as its words tell."""
    if any(_AMBIGUOUS.search(line) for item in (old, new) for line in item.lines):
        return False
    return _words(old) != _words(new)


def _words(item: EntityLines) -> Counter[str]:
    words = Counter(word for line in item.lines for word in _WORD.findall(line))
    return Counter({_number(word): n for word, n in words.items() if word not in ("do", "end")})


def _number(word: str) -> str:
    try:
        return repr(float(word))
    except ValueError:
        return word
