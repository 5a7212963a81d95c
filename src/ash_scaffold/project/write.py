"""The one place that writes into a project: all files or none.

    with locked(root, on_wait=say) as lock:
        recover(lock)
        … read the project, compute every byte …
        write_files(lock, files)

A run that is killed at any moment leaves either the old files, or a journal with which the next
`recover` finishes the write. `locked` makes two runs in one project wait for each other.
`provisional` gives files a content for as long as mix needs it; the journal then undoes that.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import msgspec

from ash_scaffold.counted import counted
from ash_scaffold.problem import Code, Problem, ScaffoldError, fail
from ash_scaffold.project.journal import Journal, Recovery
from ash_scaffold.project.write_entry import PERMISSIONS, Entry, refusal
from ash_scaffold.regular_file import read_file

_RIGHTS = "Give yourself the right to read and write there."
_TODO = {
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "Make the file system writable, or work on a copy.",
    errno.ENOSPC: "Make room on the disk, then run the command again.",
    errno.EDQUOT: "Make room on the disk, then run the command again.",
}
_LOCK_POLL_SECONDS = 0.05
# File systems without locks (some network mounts): going on alone is better than refusing.
_NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.EBADF, errno.EINVAL, errno.ENOSYS})


class Lock(msgspec.Struct, frozen=True):
    """The right to write into the project at `root` (absolute, symlinks resolved)."""

    root: Path

    @property
    def journal(self) -> Journal:
        """The project's journal."""
        return Journal(self.root)


class Written(msgspec.Struct, frozen=True):
    """The result of a write, as paths relative to the root, sorted."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether a file was written or deleted."""
        return bool(self.created or self.changed or self.deleted)


@contextmanager
def locked(
    root: Path, *, wait_seconds: float = 60.0, on_wait: Callable[[], None] | None = None
) -> Iterator[Lock]:
    """Hold the project's lock; `on_wait` is called once when another run holds it.

    The lock is an advisory one on the folder itself, so that it leaves no file and ends with the
    process. Raises `ScaffoldError` (`NOT_WRITABLE`) when the other run goes on for longer than
    `wait_seconds`, or the folder can't be opened.
    """
    root = root.resolve()
    try:
        descriptor = os.open(root, os.O_RDONLY)
    except OSError as error:
        raise _not_writable(root, error) from error
    try:
        _acquire(descriptor, root, wait_seconds, on_wait)
        yield Lock(root)
    finally:
        os.close(descriptor)


def recover(lock: Lock) -> Recovery | None:
    """Finish or undo the write of an interrupted run; `None` when there was none.

    Files that were changed since are left alone and named in `kept`. Raises `ScaffoldError`
    (`NOT_WRITABLE`) when that fails; a later call can still do it.
    """
    try:
        return lock.journal.recover()
    except OSError as error:
        raise _not_writable(lock.root, error) from error


def write_files(
    lock: Lock,
    files: Mapping[str, bytes | None],
    *,
    expected: Mapping[str, bytes | None] | None = None,
) -> Written:
    """Give every file its content (`None` deletes it), or leave all as they are.

    Paths are relative to the root, with `/`. Files that already have their content are not
    touched; others keep their mode and, when run as root, their owner. `expected` are the contents
    that the caller read before it computed the new ones: a file that differs was changed meanwhile,
    and one that had its new content then is not looked at again.
    Raises `ScaffoldError`, with nothing written: `NOT_WRITABLE` for a path that leaves the root,
    is a folder, can't be written, or a full disk; `EDITED_FILE` for a file changed meanwhile.
    """
    journal = lock.journal
    if journal.pending:
        raise fail(
            Code.NOT_WRITABLE,
            "An earlier run was interrupted while it wrote.",
            where=str(journal.folder),
            todo="Run the command again: that write is finished first.",
        )
    expected = {} if expected is None else expected
    there = {
        path for path, after in files.items() if after is not None and expected.get(path) == after
    }
    others = {path: after for path, after in files.items() if path not in there}
    entries = _entries(lock.root, others, expected)
    wanted = [entry for entry in entries if entry.before != entry.after]
    if wanted:
        _write(lock.root, journal, wanted)
    return Written(
        created=_paths(wanted, lambda entry: entry.before is None),
        changed=_paths(wanted, lambda e: e.before is not None and e.after is not None),
        deleted=_paths(wanted, lambda entry: entry.after is None),
        unchanged=tuple(sorted({*there, *_paths(entries, lambda e: e.before == e.after)})),
    )


@contextmanager
def provisional(
    lock: Lock,
    files: Mapping[str, bytes | None],
    *,
    expected: Mapping[str, bytes | None] | None = None,
) -> Iterator[None]:
    """Give files a content for the time of the block, then back what they had.

    The next `recover` does the latter where the run is killed in the block. Raises as `write_files`
    does, also for a file that somebody has saved meanwhile: that stays as it was saved.
    """
    entries = _entries(lock.root, files, {} if expected is None else expected)
    wanted = [entry for entry in entries if entry.before != entry.after]
    if not wanted:
        yield
        return
    journal = lock.journal
    try:
        try:
            journal.prepare(wanted, provisional=True)
            changed = journal.apply(wanted)
        except OSError as error:
            raise _not_writable(lock.root, error) from error
        if changed:
            raise ScaffoldError(*map(_changed_meanwhile, changed))
        yield
    finally:
        if journal.pending:
            changed = _undo(lock.root, journal, wanted)
        else:
            journal.discard()
    if changed:
        raise ScaffoldError(*map(_changed_meanwhile, changed))


def _acquire(
    descriptor: int, root: Path, wait_seconds: float, on_wait: Callable[[], None] | None
) -> None:
    deadline = time.monotonic() + wait_seconds
    waited = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise _not_writable(root, error) from error
        if time.monotonic() >= deadline:
            raise fail(
                Code.NOT_WRITABLE,
                f"Another run has been writing in this project for {wait_seconds:g} seconds.",
                where=str(root),
                todo="Wait until it ends, or stop it.",
            )
        if not waited and on_wait is not None:
            on_wait()
            waited = True
        time.sleep(_LOCK_POLL_SECONDS)


def _write(root: Path, journal: Journal, entries: list[Entry]) -> None:
    try:
        journal.prepare(entries)
        changed = journal.apply(entries)
        if not changed:
            journal.close(entries)
    except BaseException as error:
        # Without a journal it is before the decision, or after the last file.
        if journal.pending:
            _undo(root, journal, entries)
        else:
            journal.discard()
        if isinstance(error, OSError):
            raise _not_writable(root, error) from error
        raise
    if changed:
        _undo(root, journal, entries)
        raise ScaffoldError(*map(_changed_meanwhile, changed))


def _undo(root: Path, journal: Journal, entries: list[Entry]) -> tuple[str, ...]:
    try:
        return journal.undo(entries)
    except OSError as error:
        raise fail(
            Code.NOT_WRITABLE,
            f"Writing stopped half way: {error.strerror}.",
            where=str(error.filename or root),
            todo="Make room or give access, then run the command again: it brings the files "
            "to one state first.",
        ) from error


def _changed_meanwhile(path: str) -> Problem:
    return Code.EDITED_FILE.at(
        path,
        "The file was changed while the run was under way: it stays so, and nothing is written.",
        todo="Run the command again.",
    )


def _entries(
    root: Path, files: Mapping[str, bytes | None], expected: Mapping[str, bytes | None]
) -> list[Entry]:
    entries: list[Entry] = []
    problems: list[Problem] = []
    taken: dict[str, str] = {}
    protected: dict[str, int] = {}
    folders = _Folders(root)
    for path, after in sorted(files.items()):
        try:
            entry, folder = _entry(folders, path, after)
            if path in expected and entry.before != expected[path]:
                raise ScaffoldError(_changed_meanwhile(path))
            if entry.path in taken:
                raise _refused(path, f"It is the same file as {taken[entry.path]}.")
            taken[entry.path] = path
            entries.append(entry)
            if entry.before != entry.after and not folders.writable(folder):
                shown = os.path.relpath(folder, root)
                protected[shown] = protected.get(shown, 0) + 1
        except ScaffoldError as error:
            problems.extend(error.problems)
        except OSError as error:
            problems.extend(_not_writable(Path(path), error).problems)
    problems += (_protected_folder(*each) for each in sorted(protected.items()))
    if problems:
        raise ScaffoldError(*problems)
    return entries


def _protected_folder(folder: str, count: int) -> Problem:
    what = counted(count, "file")
    return Code.NOT_WRITABLE.at(
        folder,
        f"The folder is write-protected, and {what} would change in it.",
        todo="Give yourself the right to write there.",
    )


class _Folder(msgspec.Struct, frozen=True):
    """A folder with its symbolic links followed: absolute, and relative to the root.

    `standing` is the innermost part of its path that is there; `missing` are the folders to be
    made below that, the outermost first.
    """

    path: str
    relative: str
    standing: str
    missing: tuple[str, ...]


class _Folders:
    """The folders of a write's files, each examined once.

    Thousands of files lie in a handful of folders: following links and asking for access anew
    for each of them would take longer than writing them.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._found: dict[str, _Folder] = {}
        self._writable: dict[str, bool] = {}

    def split(self, path: str) -> tuple[_Folder, str]:
        """Split a path of the root into its folder and the file's name.

        Raises `ScaffoldError` when it is not inside the root.
        """
        folder, _, name = path.rpartition("/")
        if name in ("", ".", "..") or path.startswith("/") or "\0" in path:
            raise _refused(path, "The path leaves the project.")
        found = self._found.get(folder)
        if found is None:
            found = self._found[folder] = self._look(folder, path)
        return found, name

    def follow(self, path: str) -> tuple[_Folder, str]:
        """Split the path of the file that a symbolic link means, as `split` does."""
        target = _inside(self.root, path, path)
        if target == self.root:
            raise _refused(path, "It is a folder.")
        return self.split(target.relative_to(self.root).as_posix())

    def writable(self, folder: str) -> bool:
        """Whether files can be made in a folder that is there (absolute)."""
        found = self._writable.get(folder)
        if found is None:
            found = self._writable[folder] = os.access(folder, os.W_OK)
        return found

    def _look(self, folder: str, path: str) -> _Folder:
        target = standing = _inside(self.root, folder, path)
        missing: list[str] = []
        while not standing.exists():
            missing.append(standing.relative_to(self.root).as_posix())
            standing = standing.parent
        if not standing.is_dir():
            raise _refused(path, f"{standing.relative_to(self.root)} is not a folder.")
        relative = target.relative_to(self.root).as_posix()
        return _Folder(str(target), relative, str(standing), tuple(reversed(missing)))


def _entry(folders: _Folders, path: str, after: bytes | None) -> tuple[Entry, str]:
    """Return the entry of a file, and the innermost folder around it that is there."""
    folder, name = folders.split(path)
    status = None if folder.missing else _status(f"{folder.path}/{name}")
    if status is not None and stat.S_ISLNK(status.st_mode):
        folder, name = folders.follow(path)
        status = None if folder.missing else _status(f"{folder.path}/{name}")
    target = f"{folder.path}/{name}"
    before = None
    if status is not None:
        if stat.S_ISDIR(status.st_mode):
            raise _refused(path, "It is a folder.")
        if not stat.S_ISREG(status.st_mode):
            raise _refused(path, "It is not a regular file.")
        before = read_file(target)
    relative = name if folder.relative == "." else f"{folder.relative}/{name}"
    if before != after and (fault := refusal(relative)):
        raise _refused(path, fault)
    if before != after and status is not None and not os.access(target, os.W_OK):
        raise fail(
            Code.NOT_WRITABLE,
            "The file is write-protected.",
            where=relative,
            todo="Give yourself the right to write it.",
        )
    entry = Entry(
        path=relative,
        before=before,
        after=after,
        mode=None if status is None else status.st_mode & PERMISSIONS,
        uid=None if status is None else status.st_uid,
        gid=None if status is None else status.st_gid,
        folders=folder.missing,
    )
    return entry, folder.standing


def _status(target: str) -> os.stat_result | None:
    try:
        return os.lstat(target)
    except FileNotFoundError:
        return None


def _inside(root: Path, place: str, path: str) -> Path:
    """Follow a place below the root, as part of `path`. Raises `ScaffoldError` outside of it."""
    pure = PurePosixPath(place)
    if ".." in pure.parts:
        raise _refused(path, "The path leaves the project.")
    try:
        target = (root / pure).resolve()
    except (OSError, RuntimeError) as error:
        raise _refused(path, "The path can't be followed.") from error
    if not target.is_relative_to(root):
        raise _refused(path, "The path leaves the project.")
    return target


def _paths(entries: list[Entry], which: Callable[[Entry], bool]) -> tuple[str, ...]:
    return tuple(sorted(entry.path for entry in entries if which(entry)))


def _refused(path: str, what: str) -> ScaffoldError:
    return fail(Code.NOT_WRITABLE, what, where=path, todo="Choose another place with --out.")


def _not_writable(path: Path, error: OSError) -> ScaffoldError:
    return ScaffoldError(
        Code.NOT_WRITABLE.at(
            str(error.filename or path),
            f"Nothing was written: {error.strerror or error}.",
            todo=_TODO.get(error.errno or 0, ""),
        )
    )
