"""What people wrote, put where it belongs in the document as it is now.

Text belongs to the block that it follows. It goes where that block goes: with a table that was
renamed or that has moved to another domain. The text of a table that was dropped stands below its
own heading in the part *Archived*, and goes back when the table is there again. A heading that is
not below the block's own begins something else, which stays where it is.
"""

from __future__ import annotations

import difflib
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
)
from ash_scaffold.document.markdown.rows import (
    fresh_body,
    merge_rows,
    people_lines,
    row_digests,
)
from ash_scaffold.problem import Code, Problem, Severity

ARCHIVED = "archived"
_DIFF_LINES = 20


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A block of the new document, and the text after it where people have written none."""

    block: Block
    text: str = "\n"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the new document. `top` is what it begins with where nobody has written it."""

    path: str
    top: str
    parts: tuple[Part, ...]


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What became of names.

    `ids` has block ids now by what they were; `renamed` gives the name that a thing has now;
    `dropped` gives the id part of a table that is gone, None for other names.
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
    has edited are left as they are, with a problem (`edited-file`) that says what they would be.
    """
    return _Merge(new, tuple(old), names, heading).merged()


class _Merge:
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
        """Archive what a person wrote to a block that is gone, or bring back what was archived."""
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
        known, path = self._blocks.get(block.id, (None, ""))
        if block.rows is not None:
            if known is not None and known.rows is not None:
                names = self._names if block.names_tables else _NO_NAMES
                merged = merge_rows(block, known.body, known.rows, names.renamed, names.dropped)
                body = merged.body
                for gone in merged.gone:
                    self._rescued.setdefault(gone.table, []).append(gone.line)
            words["rows"] = row_digests(block)
        else:
            words["sum"] = digest(body)
            if known is not None and known.body != body and not _is_unedited(known):
                self._problems.append(_edited(known, path, body))
                return begin(block.id, known.words) + known.body + end()
        return begin(block.id, words) + body + end()

    def _pieces(self, page: Page, bodies: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Give the generated and the people's text in turn."""
        is_new = page.path not in self._old
        for number, part in enumerate(page.parts):
            name = part.block.id
            before = self._before.get(name, "")
            if number == 0 and is_new:
                before = page.top + before
            yield before, bodies[name]
            own = self._own.get(name)
            yield ("", part.text) if own is None else (own, "")
        yield self._tail.get(page.path, ""), ""

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
    diff = difflib.unified_diff(
        block.body.splitlines(), wanted.splitlines(), "file", "database", lineterm="", n=1
    )
    lines = list(diff)[2:]
    shown = lines[:_DIFF_LINES] + (["…"] if len(lines) > _DIFF_LINES else [])
    return Problem(
        severity=Severity.ERROR,
        code=Code.EDITED_FILE,
        where=f"{path}:{block.line}",
        what=f"The generated block {block.id} was edited, and is left as it is.",
        todo="Move your text below the end of the block, and delete the block from its begin to "
        "its end: the next run writes it anew. It would become:\n" + "\n".join(shown),
    )
