"""People's text, put where it belongs in the document as it is now.

Text belongs to the block that it follows. It goes where that block goes: with a table that was
renamed or that has moved to another domain. The text of a table that was dropped stands below its
own heading in the part *Archived*, and goes back when the table is there again. A heading that is
not below the block's own begins something else, which stays where it is.

Inside a list or table a person may tick a box, add words at the end of a line (of a table's row:
in its last cell), and put lines of their own between the generated ones. All of that stays where
it is. A line that is no longer generated is removed, unless it has a tick or a remark: then it is
a person's from now on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from ash_scaffold.document.markdown.blocks import (
    Block,
    OldBlock,
    OldPage,
    Segment,
    begin,
    digest,
    end,
    heading_level,
    split_own,
)
from ash_scaffold.problem import Code, Problem
from ash_scaffold.text_diff import hunks

ARCHIVED = "archived"
_DIFF_LINES = 20
_SIZE = 7
_BOX = re.compile(r"(\s*[-*+] \[)([ xX])(\] )")
_KEY = re.compile(r"(`+)(.+?)\1(?!`)")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A block of the new document, and the text after it where people have written none."""

    block: Block
    text: str = "\n"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the new document. `top` is the beginning of a file that does not exist yet."""

    path: str
    top: str
    parts: tuple[Part, ...]


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """Renamed and dropped tables.

    `ids` has the present block ids by the former ones; `renamed` gives the present name of a
    table or a column; `dropped` gives the id part of a table that was dropped, None for others.
    """

    ids: Mapping[str, str] = {}
    renamed: Callable[[str], str] = lambda name: name
    dropped: Callable[[str], str | None] = lambda _name: None


_NO_NAMES = Names()


class MergedPages(msgspec.Struct, frozen=True, kw_only=True):
    """The text of each file by path, None for one that is no longer part of the document."""

    files: Mapping[str, str | None]
    problems: tuple[Problem, ...]


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """How an archived part begins: `of(id)` gives the body of its block."""

    section: Block
    of: Callable[[str], str]


def merge(
    new: tuple[Page, ...], old: Iterable[OldPage], names: Names, heading: Heading
) -> MergedPages:
    """Merge the new document with the files that are there.

    The part *Archived* stands before the last part of the first page. Whole blocks that a person
    has edited are left as they are, with a problem (`edited-file`) that shows the difference.
    """
    return _PageMerge(new, tuple(old), names, heading).merged()


class _PageMerge:
    def __init__(
        self,
        new: tuple[Page, ...],
        old: tuple[OldPage, ...],
        names: Names,
        heading: Heading,
    ) -> None:
        self._new = new
        self._old = {page.path: page for page in old}
        self._names = names
        self._heading = heading
        self._problems: list[Problem] = []
        self._blocks: dict[str, tuple[OldBlock, str]] = {}
        self._own: dict[str, str] = {}
        self._before: dict[str, str] = {}
        self._tail: dict[str, str] = {}
        self._archive: dict[str, str] = {}
        self._rescued: dict[str, list[str]] = {}
        self._ids = {part.block.id for page in new for part in page.parts}
        for page in old:
            self._take_apart(page)

    def merged(self) -> MergedPages:
        bodies = {
            part.block.id: self._body(part.block) for page in self._new for part in page.parts
        }
        for table, lines in self._rescued.items():
            self._add_archived(f"table.{table}", "".join(f"{line}\n" for line in lines))
        files: dict[str, str | None] = {
            path: None for path in self._old if path not in {page.path for page in self._new}
        }
        for index, page in enumerate(self._new):
            pieces = list(self._pieces(page, bodies))
            if index == 0:
                # Before the last block, which comes with the text after it and the file's end.
                pieces[-3:-3] = self._archived_pieces()
            files[page.path] = self._text(page, pieces)
        return MergedPages(files=files, problems=tuple(self._problems))

    def _take_apart(self, page: OldPage) -> None:
        """Sort the old page's texts by the block that they go with now."""
        waiting = page.top
        for segment in page.segments:
            name = self._names.ids.get(segment.block.id, segment.block.id)
            if name in self._ids or name == ARCHIVED:
                self._before[name] = self._before.get(name, "") + waiting
                waiting = segment.rest
                self._blocks[name] = (segment.block, page.path)
                self._own[name] = segment.own + self._own.get(name, "")
            else:
                self._retire(name, segment)
                # The part Archived ends with the block that comes after it.
                waiting += "" if name.startswith(f"{ARCHIVED}.") else segment.rest
        if page.path in {each.path for each in self._new}:
            self._tail[page.path] = waiting
        elif waiting.strip():
            self._add_archived(f"page.{digest(page.path)}", waiting)

    def _retire(self, name: str, segment: Segment) -> None:
        """Archive a person's text to a removed block, or bring back archived text."""
        text = segment.own
        is_edited = not _is_unedited(segment.block)
        if name.startswith(f"{ARCHIVED}."):
            text = (segment.block.body if is_edited else "") + text + segment.rest
            name = name.removeprefix(f"{ARCHIVED}.")
            name = self._names.ids.get(name, name)
            if name in self._ids:
                self._own[name] = self._own.get(name, "") + text
                return
        elif segment.block.rows is not None:
            lines = people_lines(segment.block.body, segment.block.rows)
            text = f"\n{lines}{text}" if lines else text
        elif is_edited:
            text = f"\n{segment.block.body}{text}"
        self._add_archived(name, text)

    def _add_archived(self, name: str, text: str) -> None:
        if text.strip():
            self._archive[name] = self._archive.get(name, "") + text

    def _body(self, block: Block) -> str:
        """Return a block with its marks, as it stands in the file from now on."""
        body = fresh_body(block)
        words = dict(block.words)
        old, path = self._blocks.get(block.id, (None, ""))
        if block.rows is not None:
            if old is not None and old.rows is not None:
                names = self._names if block.names_tables else _NO_NAMES
                merged = merge_rows(block, old.body, old.rows, names)
                body = merged.body
                for row in merged.removed:
                    self._rescued.setdefault(row.table, []).append(row.line)
            words["rows"] = row_digests(block)
        else:
            words["sum"] = digest(body)
            if old is not None and old.body != body and not _is_unedited(old):
                self._problems.append(_edited(old, path, body))
                return begin(block.id, old.words) + old.body + end()
        return begin(block.id, words) + body + end()

    def _pieces(self, page: Page, bodies: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield the people's and the generated text in turn."""
        is_new = page.path not in self._old
        texts = self._texts_before(page, bodies)
        for number, (part, before) in enumerate(zip(page.parts, texts, strict=True)):
            name = part.block.id
            if number == 0 and is_new:
                before = page.top + before
            yield before, bodies[name]
            own = self._own.get(name)
            yield ("", part.text) if own is None else (own, "")
        yield self._tail.get(page.path, ""), ""

    def _texts_before(self, page: Page, bodies: Mapping[str, str]) -> list[str]:
        """Return the people's text before each block.

        Text that would belong to a new block before it stands before all new blocks there: else
        it would be archived with the new block.
        """
        texts: list[str] = []
        level, first_new = 0, None
        for number, part in enumerate(page.parts):
            text = self._before.get(part.block.id, "")
            texts.append(text)
            if first_new is not None and split_own(level, text)[0].strip():
                texts[number], texts[first_new] = "", texts[first_new] + text
            if part.block.id in self._blocks:
                first_new = None
            elif first_new is None:
                first_new = number
            level = heading_level(bodies[part.block.id]) or level
        return texts

    def _archived_pieces(self) -> list[tuple[str, str]]:
        before, own = self._before.get(ARCHIVED, ""), self._own.get(ARCHIVED, "\n")
        if not self._archive and not own.strip():
            return [(before, ""), ("", "")]
        pieces = [(before, self._body(self._heading.section)), (own, "")]
        for name, text in sorted(self._archive.items()):
            body = self._heading.of(name)
            block = Block(id=f"{ARCHIVED}.{name}", head=body)
            pieces += [("", begin(block.id, {"sum": digest(body)}) + body + end()), (text, "")]
        return pieces

    def _text(self, page: Page, pieces: Iterable[tuple[str, str]]) -> str:
        """Join the pieces; a block begins on a line of its own, in the file's line ends."""
        old = self._old.get(page.path)
        newline = old.newline if old is not None else "\n"
        out: list[str] = []
        last = "\n"
        for text, block in pieces:
            for piece, generated in ((text, False), (block, True)):
                if not piece:
                    continue
                if generated and not last.endswith("\n"):
                    out.append(newline)
                out.append(piece.replace("\n", newline) if generated else piece)
                last = piece
        return "".join(out)


def _is_unedited(block: OldBlock) -> bool:
    return block.words.get("sum") == digest(block.body)


def _edited(block: OldBlock, path: str, wanted: str) -> Problem:
    lines = hunks(block.body, wanted, context=1)
    shown = lines[:_DIFF_LINES] + (["…"] if len(lines) > _DIFF_LINES else [])
    return Code.EDITED_FILE.at(
        f"{path}:{block.line}",
        f"The generated block {block.id} was edited, and is left as it is.",
        todo="Move your text below the end of the block, and delete the block from its begin to "
        "its end: the next run writes it anew. It would become:\n" + "\n".join(shown),
    )


class Generated(msgspec.Struct, frozen=True, kw_only=True):
    """A line that was generated, as a file has it now: with a person's remark and tick."""

    core: str
    remark: str = ""
    tick: str = " "

    @property
    def touched(self) -> bool:
        """Whether a person wrote into it."""
        return bool(self.remark.strip()) or self.tick != " "


class RemovedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line with a person's words whose table was dropped."""

    table: str
    line: str


class MergedRows(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of a block, and those that belong to the archive."""

    body: str
    removed: tuple[RemovedRow, ...] = ()


def core(line: str) -> str:
    """Return the part of a generated line that is compared: no tick, no end of a table's row."""
    text = line.rstrip()
    if "[" in text:
        text = _BOX.sub(r"\1 \3", text, count=1)
    return text.removesuffix("|").rstrip() if text.startswith("|") else text


def row_digests(block: Block) -> str:
    """Return the digests of a block's lines, for its marker."""
    lines = [*block.head.split("\n"), *(block.rows or ())]
    return ",".join(dict.fromkeys(digest(core(line), _SIZE) for line in lines if line.strip()))


def fresh_body(block: Block) -> str:
    """Write a block that the file does not have yet."""
    return _closed(block.head + "".join(f"{row}\n" for row in block.rows or ()))


def _closed(body: str) -> str:
    """End a table by a blank line: not every reader takes a comment for its end."""
    last = body.rstrip("\n").rpartition("\n")[2]
    return body + "\n" if last.startswith("|") and not body.endswith("\n\n") else body


def people_lines(body: str, digests: frozenset[str]) -> str:
    """Return the lines of a block that a person wrote or wrote into."""
    lines = (_read(line, digests) for line in body.removesuffix("\n").split("\n"))
    return "".join(
        f"{_written(each) if isinstance(each, Generated) else each}\n"
        for each in lines
        if (each.touched if isinstance(each, Generated) else each.strip())
    )


def merge_rows(block: Block, body: str, digests: frozenset[str], names: Names) -> MergedRows:
    """Merge the generated lines into a block as the file has it.

    `names` are looked up by the lines' first code spans.
    """
    if body == fresh_body(block):
        return MergedRows(body=body)
    return _RowMerge(block, body, digests, names).merged()


def _read(line: str, digests: frozenset[str]) -> Generated | str:
    """Distinguish a generated line, with a person's additions, from a line of a person's own."""
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


class _RowMerge:
    def __init__(self, block: Block, body: str, digests: frozenset[str], names: Names) -> None:
        self._lines = fresh_body(block).rstrip("\n").split("\n")
        self._names = names
        self._annotated: dict[str, Generated] = {}
        self._chunks: defaultdict[str, list[str]] = defaultdict(list)
        self._removed: list[RemovedRow] = []
        old = body.rstrip("\n").split("\n") if body.strip() else []
        self._take_apart([_read(line, digests) if line.strip() else line for line in old])

    def merged(self) -> MergedRows:
        body = _closed("".join(f"{line}\n" for line in self._out()))
        return MergedRows(body=body, removed=tuple(self._removed))

    def _take_apart(self, old: list[Generated | str]) -> None:
        """Find the person's part of each old line, and where their own lines stand."""
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
            key = self._names.renamed(key) if key is not None else None
            text = each.core if each.core in here else fresh.pop(key or "", None)
            if text is not None and text not in self._annotated:
                self._annotated[text] = each
                anchor = text
            elif each.touched or text is not None:
                self._leave(each, key, anchor)

    def _leave(self, each: Generated, key: str | None, anchor: str) -> None:
        table = self._names.dropped(key) if key is not None else None
        if table is not None:
            self._removed.append(RemovedRow(table=table, line=_written(each)))
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
        old = self._annotated.get(core(line)) if line.strip() else None
        if old is None or not old.touched:
            return line
        return _written(Generated(core=core(line), remark=old.remark, tick=old.tick))


def _people(chunk: list[str], *, after_blank: bool) -> Iterator[str]:
    """Yield a person's lines without the blank ones that the template has there itself."""
    first = next((n for n, line in enumerate(chunk) if line.strip()), None)
    if first is not None:
        yield from chunk[first if after_blank else 0 :]
