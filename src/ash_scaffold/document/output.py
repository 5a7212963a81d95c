"""What a run of `ash-scaffold document` writes: the files with their bytes, and what they were."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path, PurePosixPath

import msgspec

from ash_scaffold.document.files import INDEX, decode, read_files
from ash_scaffold.document.job import Read
from ash_scaffold.document.markdown.render import render_markdown
from ash_scaffold.problem import Code, Problem, fail


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for: `out` is relative to the project, `html` is absolute.

    `split` is None for what the document is so far; `check` writes nothing.
    """

    out: str | None = None
    split: bool | None = None
    html: Path | None = None
    check: bool = False


class Status(StrEnum):
    """What becomes of a file."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    UNCHANGED = "unchanged"


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the document: its bytes before (None: not there) and after (None: deleted)."""

    path: str
    before: bytes | None
    after: bytes | None

    @property
    def status(self) -> Status:
        """What becomes of it."""
        if self.before == self.after:
            return Status.UNCHANGED
        if self.before is None:
            return Status.CREATED
        return Status.DELETED if self.after is None else Status.CHANGED

    def diff(self) -> str:
        """Return the unified diff from before to after."""
        before, after = (
            (content or b"").decode("utf-8", "replace").splitlines(keepends=True)
            for content in (self.before, self.after)
        )
        return "".join(difflib.unified_diff(before, after, self.path, self.path))


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """All files in order of their paths, and what is wrong with those that are there."""

    files: tuple[File, ...]
    problems: tuple[Problem, ...]

    @property
    def contents(self) -> Mapping[str, bytes | None]:
        """The files' bytes from now on, for `project.write`."""
        return {file.path: file.after for file in self.files}

    @property
    def seen(self) -> Mapping[str, bytes | None]:
        """The files' bytes as they were read."""
        return {file.path: file.before for file in self.files}


def make_output(read: Read, root: Path, wanted: Wanted) -> Output:
    """Make the files. Raises `ScaffoldError` for a file that can't be merged or may not be."""
    index = _index(wanted.out)
    before = dict(read_files(root, index))
    merged = render_markdown(
        read.document,
        index,
        decode(before),
        split=wanted.split,
        keep_version=wanted.check,
        renamed=read.renamed,
        fresh=read.fresh,
    )
    after: dict[str, bytes | None] = {
        path: None if text is None else text.encode() for path, text in merged.files.items()
    }
    if wanted.html is not None:
        from ash_scaffold.document.html import page

        path = _inside(wanted.html, root)
        place = root / path
        if place.is_file():
            before[path] = place.read_bytes()
        after[path] = page(read.document).encode()
    return Output(
        files=tuple(
            File(path=path, before=before.get(path), after=after[path]) for path in sorted(after)
        ),
        problems=merged.problems,
    )


def _index(out: str | None) -> str:
    if out is None:
        return INDEX
    if not out.endswith(".md"):
        raise fail(
            Code.USAGE,
            "The document is Markdown: its file has to end in .md.",
            where=f"--out {out}",
            todo="For the page to look at: --html FILE.",
        )
    path = PurePosixPath(out)
    if path.is_absolute() or ".." in path.parts:
        raise fail(
            Code.NOT_WRITABLE,
            "The document has to be inside of the project.",
            where=f"--out {out}",
            todo="Name a file relative to mix.exs, such as docs/database_schema.md.",
        )
    return path.as_posix()


def _inside(path: Path, root: Path) -> str:
    """Return a path relative to the project."""
    place = path.resolve()
    if not place.is_relative_to(root.resolve()):
        raise fail(
            Code.NOT_WRITABLE,
            "The page has to be inside of the project.",
            where=f"--html {path}",
            todo="Name a file there, such as docs/database_schema.html.",
        )
    return place.relative_to(root.resolve()).as_posix()
