"""The files of a run: what is there, what should be, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from ash_scaffold.elixir.merge.resolve import Conflict
from ash_scaffold.generate.modules import Module
from ash_scaffold.problem import Problem
from ash_scaffold.project.snapshot import Snapshot, encode, snapshot_path
from ash_scaffold.text_diff import unified_diff


class Status(StrEnum):
    """What a run does with a file."""

    CREATED = "created"
    CHANGED = "changed"
    MERGED = "changed, hand edits kept"
    UNCHANGED = "unchanged"
    CONFLICT = "needs your eye"
    GONE = "table is gone"
    DELETED = "deleted"


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A module's file: its text now (None: there is none), and as it should be (None: not there).

    `snapshot` is what is kept of the module (None: nothing), `old` what was kept so far.
    `conflicts` are what both sides changed: the person's text stays.
    """

    module: Module
    status: Status
    before: str | None
    after: str | None
    snapshot: Snapshot | None
    old: Snapshot | None = None
    conflicts: tuple[Conflict, ...] = ()

    @property
    def path(self) -> str:
        """The file's path, relative to the project."""
        return self.module.path

    def diff(self) -> str:
        """Return the unified diff from what is there to what should be."""
        return unified_diff(self.before, self.after, f"a/{self.path}", f"b/{self.path}")


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a run, in path order, and what is to be said of them."""

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
    """Return what is to be written, None for what is to be deleted: files, then snapshots."""
    found: dict[str, bytes | None] = {}
    kept: dict[str, bytes | None] = {}
    for file in files:
        if file.before != file.after:
            found[file.path] = None if file.after is None else file.after.encode()
        if file.old is not None:
            kept.setdefault(snapshot_path(file.old), None)
        if file.snapshot is not None:
            kept[snapshot_path(file.snapshot)] = encode(file.snapshot)
    return {**found, **kept}
