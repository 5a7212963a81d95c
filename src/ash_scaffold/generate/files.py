"""The files of a run: their text before and after, their snapshots and problems."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import msgspec

from ash_scaffold.elixir.merge.resolve import Conflict
from ash_scaffold.generate.modules import Module
from ash_scaffold.problem import Code, Problem, fail
from ash_scaffold.project.snapshot import Snapshot, encode, snapshot_path
from ash_scaffold.text_diff import unified_diff


class Status(StrEnum):
    """The effect of a run on a file."""

    CREATED = "created"
    CHANGED = "changed"
    MERGED = "changed, hand edits kept"
    UNCHANGED = "unchanged"
    CONFLICT = "needs your eye"
    GONE = "table was dropped"
    DELETED = "deleted"


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A module's file: its text before and after the run, None for no file.

    `base` is the snapshot before, `snapshot` the one after, None for none. `conflicts` are the
    objects that both sides changed: the person's text stays.
    """

    module: Module
    status: Status
    before: str | None
    after: str | None
    snapshot: Snapshot | None
    base: Snapshot | None = None
    conflicts: tuple[Conflict, ...] = ()

    @property
    def path(self) -> str:
        """The file's path, relative to the project."""
        return self.module.path

    def diff(self) -> str:
        """Return the unified diff from what is there to what should be."""
        return unified_diff(self.before, self.after, f"a/{self.path}", f"b/{self.path}")


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a run, in path order, and their problems."""

    files: tuple[File, ...]
    problems: tuple[Problem, ...]

    def diffs(self) -> Iterable[str]:
        """Give the diff of every file that changes, once where it holds several modules."""
        seen: set[str] = set()
        for file in self.files:
            if file.before != file.after and file.path not in seen:
                seen.add(file.path)
                yield file.diff()


def contents(files: Iterable[File]) -> dict[str, bytes | None]:
    """Return the bytes to write by path, None for a file to delete: files, then snapshots."""
    found: dict[str, bytes | None] = {}
    snapshots: dict[str, bytes | None] = {}
    for file in files:
        if file.before != file.after:
            found[file.path] = None if file.after is None else file.after.encode()
        if file.base is not None:
            snapshots.setdefault(snapshot_path(file.base), None)
        if file.snapshot is not None:
            snapshots[snapshot_path(file.snapshot)] = encode(file.snapshot)
    return {**found, **snapshots}


def read_text(root: Path, path: str) -> str | None:
    """Return a file's text as it is, None when there is no file: line ends stay.

    Raises `ScaffoldError` when it can't be read, or is no text.
    """
    try:
        return (root / path).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise fail(
            Code.UNPARSABLE_FILE,
            "The file is not UTF-8, so it is no Elixir source.",
            where=path,
            todo="Fix it, or move it away to have it written anew.",
        ) from error
    except OSError as error:
        raise fail(
            Code.NOT_WRITABLE,
            f"The file can't be read: {error.strerror}.",
            where=path,
            todo="Make way for it, or choose another place with --out.",
        ) from error
