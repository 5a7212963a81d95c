"""A list or table that was generated, and what people wrote into it.

A person may tick a box, add words at the end of a line (of a table's row: in its last cell), and
put lines of their own between the generated ones. All of that stays where it is. A line that is
no longer generated goes, unless it has a tick or a remark: then it is a person's from now on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

import msgspec

from ash_scaffold.document.markdown.blocks import Block, digest

_SIZE = 7
_BOX = re.compile(r"(\s*[-*+] \[)([ xX])(\] )")
_KEY = re.compile(r"(`+)(.+?)\1(?!`)")


class Generated(msgspec.Struct, frozen=True, kw_only=True):
    """A line that was generated, as a file has it now: with a person's remark and tick."""

    core: str
    remark: str = ""
    tick: str = " "

    @property
    def touched(self) -> bool:
        """Whether a person wrote into it."""
        return bool(self.remark.strip()) or self.tick != " "


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A line with a person's words whose table is gone from the database."""

    table: str
    line: str


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of a block, and those to be kept elsewhere."""

    body: str
    gone: tuple[Gone, ...] = ()


def core(line: str) -> str:
    """Return what of a generated line counts: no tick, and no end of a table's row."""
    text = line.rstrip()
    if "[" in text:
        text = _BOX.sub(r"\1 \3", text, count=1)
    return text.removesuffix("|").rstrip() if text.startswith("|") else text


def row_digests(block: Block) -> str:
    """Return the digests of a block's lines, for its marker."""
    lines = [*block.head.split("\n"), *(block.rows or ())]
    return ",".join(dict.fromkeys(digest(core(line), _SIZE) for line in lines if line.strip()))


def fresh_body(block: Block) -> str:
    """Write a block of which a file has nothing yet."""
    return _closed(block.head + "".join(f"{row}\n" for row in block.rows or ()))


def _closed(body: str) -> str:
    """End a table by a blank line: not every reader takes a comment for its end."""
    last = body.rstrip("\n").rpartition("\n")[2]
    return body + "\n" if last.startswith("|") and not body.endswith("\n\n") else body


def people_lines(body: str, digests: frozenset[str]) -> str:
    """Return the lines of a block that hold something of a person's."""
    lines = (_read(line, digests) for line in body.removesuffix("\n").split("\n"))
    return "".join(
        f"{_written(each) if isinstance(each, Generated) else each}\n"
        for each in lines
        if (each.touched if isinstance(each, Generated) else each.strip())
    )


def merge_rows(
    block: Block,
    body: str,
    digests: frozenset[str],
    renamed: Callable[[str], str] = lambda name: name,
    dropped: Callable[[str], str | None] = lambda _name: None,
) -> Merged:
    """Merge what is generated now into a block as the file has it.

    `renamed` gives the name that a line's first code span has now; `dropped` gives the table
    that it is about when that is no longer there.
    """
    if body == fresh_body(block):
        return Merged(body=body)
    return _Merge(block, body, digests, renamed, dropped).merged()


def _read(line: str, digests: frozenset[str]) -> Generated | str:
    """Tell a generated line, with what a person added to it, from one of a person's own."""
    text = core(line)
    box = _BOX.match(line)
    tick = box[2] if box else " "
    for length in range(len(text), 0, -1):
        start = text[:length]
        if not start[-1].isspace() and digest(start, _SIZE) in digests:
            return Generated(core=start, remark=text[length:], tick=tick)
    return line


def _written(line: Generated) -> str:
    text = line.core + line.remark
    if line.tick != " ":
        text = _BOX.sub(lambda match: f"{match[1]}{line.tick}{match[3]}", text, count=1)
    return f"{text} |" if text.startswith("|") else text


def _key(line: str) -> str | None:
    match = _KEY.search(line)
    return match[2] if match else None


class _Merge:
    def __init__(
        self,
        block: Block,
        body: str,
        digests: frozenset[str],
        renamed: Callable[[str], str],
        dropped: Callable[[str], str | None],
    ) -> None:
        self._lines = fresh_body(block).rstrip("\n").split("\n")
        self._renamed = renamed
        self._dropped = dropped
        self._kept: dict[str, Generated] = {}
        self._chunks: defaultdict[str, list[str]] = defaultdict(list)
        self._gone: list[Gone] = []
        old = body.rstrip("\n").split("\n") if body.strip() else []
        self._take_apart([_read(line, digests) if line.strip() else line for line in old])

    def merged(self) -> Merged:
        body = _closed("".join(f"{line}\n" for line in self._out()))
        return Merged(body=body, gone=tuple(self._gone))

    def _take_apart(self, old: list[Generated | str]) -> None:
        """Find the person's part of each old line, and after which line their own ones stand."""
        here = {core(line) for line in self._lines if line.strip()}
        there = {each.core for each in old if isinstance(each, Generated)}
        fresh = {
            key: core(line)
            for line in reversed(self._lines)
            if core(line) not in there and (key := _key(line)) is not None
        }
        anchor = ""
        for each in old:
            if not isinstance(each, Generated):
                self._chunks[anchor].append(each)
                continue
            key = _key(each.core)
            key = self._renamed(key) if key is not None else None
            text = each.core if each.core in here else fresh.pop(key or "", None)
            if text is not None and text not in self._kept:
                self._kept[text] = each
                anchor = text
            elif each.touched or text is not None:
                self._leave(each, key, anchor)

    def _leave(self, each: Generated, key: str | None, anchor: str) -> None:
        table = self._dropped(key) if key is not None else None
        if table is not None:
            self._gone.append(Gone(table=table, line=_written(each)))
        else:
            self._chunks[anchor].append(_written(each))

    def _out(self) -> Iterator[str]:
        yield from _people(self._chunks.pop("", []), after_blank=True)
        index = 0
        while index < len(self._lines):
            line = self._lines[index]
            blanks = self._blanks_after(index)
            index += 1 + blanks
            yield self._with_people(line) if line.strip() else line
            yield from [""] * blanks
            chunk = self._chunks.pop(core(line), []) if line.strip() else []
            yield from _people(chunk, after_blank=blanks > 0)

    def _blanks_after(self, index: int) -> int:
        following = self._lines[index + 1 :]
        return next((n for n, line in enumerate(following) if line.strip()), len(following))

    def _with_people(self, line: str) -> str:
        said = self._kept.get(core(line)) if line.strip() else None
        if said is None or not said.touched:
            return line
        return _written(Generated(core=core(line), remark=said.remark, tick=said.tick))


def _people(chunk: list[str], *, after_blank: bool) -> Iterator[str]:
    """Give a person's lines. Blank ones that repeat the template's own are not theirs."""
    first = next((n for n, line in enumerate(chunk) if line.strip()), None)
    if first is not None:
        yield from chunk[first if after_blank else 0 :]
