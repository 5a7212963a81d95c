"""The files of a run: their text before and after, their snapshots and problems."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import count

import msgspec

from ash_scaffold.elixir.merge.resolve import Conflict
from ash_scaffold.generate.modules import Module, ModuleText
from ash_scaffold.problem import Code, Problem, ScaffoldError, fail
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.snapshot import EncodedSnapshot, Snapshot, encode, snapshot_path
from ash_scaffold.syntax.modules import modules as modules_of
from ash_scaffold.syntax.parse import parse
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
    snapshot: Snapshot | EncodedSnapshot | None
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
    """Return the bytes to write by path, None for a file to delete: files, then snapshots.

    A snapshot that says what it said before stays, however its file is laid out.
    """
    found: dict[str, bytes | None] = {}
    snapshots: dict[str, bytes | None] = {}
    kept: set[str] = set()
    for file in files:
        if file.before != file.after:
            found[file.path] = None if file.after is None else file.after.encode()
        if isinstance(file.snapshot, EncodedSnapshot):
            snapshots[file.snapshot.path] = file.snapshot.content
            continue
        if file.snapshot is not None and file.snapshot == file.base:
            kept.add(snapshot_path(file.snapshot))
            continue
        if file.base is not None:
            snapshots.setdefault(snapshot_path(file.base), None)
        if file.snapshot is not None:
            snapshots[snapshot_path(file.snapshot)] = encode(file.snapshot)
    gone = {path for path, content in snapshots.items() if content is None}
    return {**found, **{path: snapshots[path] for path in snapshots if path not in kept & gone}}


def with_free_paths(
    modules: Iterable[Module], project: Project
) -> tuple[list[Module], dict[str, Problem]]:
    """Give each new module a file that holds no other; a note by name where that is not the usual.

    `order.ex` gives way to `order_ash.ex`, then to `order_ash_2.ex`, also where another new module
    has it, and on a disk that takes two names for one. A module that is in the project keeps its
    file; a file that is not Elixir, or can't be read, keeps its place, since it may define the
    module.
    """
    ordered = list(modules)
    held: dict[str, list[str]] = defaultdict(list)
    for entry in project.modules.values():
        held[entry.path.casefold()].append(entry.name)
    broken = {file.path for file in project.unparsed}
    paths: dict[str, str] = {}
    problems: dict[str, Problem] = {}
    new = [part for each in ordered for part in each.parts if part.name not in project.modules]
    for part in sorted(new, key=lambda part: part.name):
        for path in _paths(part):
            key = path.casefold()
            there = os.path.lexists(project.root / path)
            unknown = path in broken
            if there and key not in held:
                defined = _defined(project, path)
                unknown, held[key] = unknown or defined is None, defined or []
            if unknown or (not there and not held[key]) or part.name in held[key]:
                break
        paths[part.name] = path
        if path != part.path and not there:
            others = ", ".join(sorted(held[part.path.casefold()])) or "no module"
            what = f"The file holds {others}, so {part.name} goes to {path}."
            problems[part.name] = Code.FILE_TAKEN.at(part.path, what)
        held[key].append(part.name)
    return [_at(each, paths) for each in ordered], problems


def _defined(project: Project, path: str) -> list[str] | None:
    """Return the modules of a file that is outside of the project's sources, None if unreadable."""
    try:
        text = read_text(project, path)
    except ScaffoldError:
        return None
    return [module.name for module in modules_of(parse((text or "").encode()))]


def _paths(part: ModuleText) -> Iterator[str]:
    stem = part.path.removesuffix(".ex")
    yield part.path
    yield f"{stem}_ash.ex"
    for number in count(2):
        yield f"{stem}_ash_{number}.ex"


def _at(module: Module, paths: Mapping[str, str]) -> Module:
    """Return a module with the given files for those of its parts that have one."""
    fragment = module.fragment
    if fragment is not None and fragment.name in paths:
        fragment = msgspec.structs.replace(fragment, path=paths[fragment.name])
    path = paths.get(module.name, module.path)
    return msgspec.structs.replace(module, path=path, fragment=fragment)


def read_text(project: Project, path: str) -> str | None:
    """Return a file's text as it is, None when there is no file: line ends stay.

    Raises `ScaffoldError` when it can't be read, or is no text.
    """
    try:
        return project.source(path).decode("utf-8")
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
