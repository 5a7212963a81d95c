"""The journal of a write, which makes many files change together.

A journal holds, for every file, the bytes before and after. Once it stands under its name the
write counts as decided: whoever finds it finishes it. It is one file with one fsync, so that a
thousand targets cost no thousand syncs.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from ash_scaffold.problem import Code, fail

_JOURNAL = "journal"
_UNDO = "undo"
_UNDO_READY = "undo.ready"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One file: its path below the root, and its bytes before and after (`None`: no file).

    `mode`, `uid` and `gid` are those of the file before, `None` when there was none. `folders`
    are those that have to be made for it, the outermost first.
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    folders: tuple[str, ...] = ()


class Recovery(msgspec.Struct, frozen=True):
    """The end of an unfinished write: `undone` or completed, and for which files.

    `kept` are files that somebody changed in the meantime: they are left as they are.
    """

    undone: bool
    paths: tuple[str, ...]
    kept: tuple[str, ...]


class Journal:
    """The journal in a folder of its own, which exists only while a write is under way."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.folder = folder
        self._made: list[Path] = []
        self._devices: dict[str, int] = {}
        self._standing: set[str] = set()
        # As text: a path object per file and step would take as long as the write itself.
        self._root = str(root)
        self._folder = str(folder)

    @property
    def pending(self) -> bool:
        """Whether a write was interrupted."""
        return (self.folder / _JOURNAL).exists()

    def prepare(self, entries: Sequence[Entry]) -> None:
        """Stage the new contents, then decide the write. Raises `OSError`, with none decided."""
        if self.folder.exists():
            self.discard()
        self._made = [path for path in self.folder.parents if not path.exists()]
        self.folder.mkdir(parents=True)
        for number, entry in enumerate(entries):
            if entry.after is not None:
                staged = self._staged(number, entry)
                if staged.startswith(f"{self._folder}/"):
                    _write(staged, entry.after)
        (self.folder / _UNDO_READY).touch()
        draft = self.folder / f"{_JOURNAL}.draft"
        with draft.open("wb") as file:
            file.write(msgspec.msgpack.encode(tuple(entries)))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / _JOURNAL)
        _sync_folder(self.folder)

    def apply(self, entries: Sequence[Entry]) -> None:
        """Bring every file to its new content. Raises `OSError` where that fails."""
        for number, entry in enumerate(entries):
            self._put(number, entry, entry.after, staged=True)

    def turn_back(self) -> None:
        """Decide that the write is to be undone."""
        (self.folder / _UNDO_READY).replace(self.folder / _UNDO)

    def undo(self, entries: Sequence[Entry]) -> None:
        """Bring every file back to its old content. Raises `OSError` where that fails."""
        for number, entry in enumerate(entries):
            if self._content(entry) in (entry.after, None):
                self._put(number, entry, entry.before)

    def close(self) -> None:
        """Make the files durable, then forget the journal: the write is over."""
        os.sync()
        (self.folder / _JOURNAL).unlink(missing_ok=True)
        self.discard()

    def discard(self) -> None:
        """Remove everything that was staged, and the folders made for it that are empty."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for folder in self._made or (self.folder.parent,):
            with suppress(OSError):
                folder.rmdir()

    def recover(self) -> Recovery | None:
        """Finish or undo an interrupted write; `None` when there was none.

        Raises `OSError` when that fails, `ScaffoldError` when the journal can't be read.
        """
        if not self.pending:
            self.discard()
            return None
        entries = self._load()
        undone = (self.folder / _UNDO).exists()
        paths, kept = [], []
        for number, entry in enumerate(entries):
            wanted = entry.before if undone else entry.after
            content = self._content(entry)
            if content not in (entry.before, entry.after):
                kept.append(entry.path)
            elif content != wanted or wanted is None:
                # No file at the target may still mean folders that were made for it.
                self._put(number, entry, wanted)
                if content != wanted:
                    paths.append(entry.path)
        self.close()
        return Recovery(undone, tuple(paths), tuple(kept))

    def _load(self) -> tuple[Entry, ...]:
        path = self.folder / _JOURNAL
        try:
            return msgspec.msgpack.decode(path.read_bytes(), type=tuple[Entry, ...])
        except msgspec.DecodeError as error:
            raise fail(
                Code.NOT_WRITABLE,
                "The journal of an interrupted write can't be read.",
                where=str(path),
                todo="Compare the generated files with version control, then delete the journal.",
            ) from error

    def _content(self, entry: Entry) -> bytes | None:
        try:
            return (self.root / entry.path).read_bytes()
        except FileNotFoundError:
            return None

    def _staged(self, number: int, entry: Entry) -> str:
        """Return where the new content waits: beside the target where that is another disk."""
        folder, _, name = f"{self._root}/{entry.path}".rpartition("/")
        if self._device(folder) == self._device(self._folder):
            return f"{self._folder}/{number}"
        return f"{folder}/.{name}.ash_scaffold"

    def _device(self, folder: str) -> int:
        found = self._devices.get(folder)
        if found is None:
            found = self._devices[folder] = _device_of(Path(folder))
        return found

    def _put(
        self, number: int, entry: Entry, content: bytes | None, *, staged: bool = False
    ) -> None:
        """Give the target its content; `staged` says that `prepare` has put it in the folder."""
        target = f"{self._root}/{entry.path}"
        if content is None:
            self._remove(target, entry.folders)
            return
        if entry.folders:
            self._make(target.rpartition("/")[0])
        waiting = self._staged(number, entry)
        if not staged or not waiting.startswith(f"{self._folder}/"):
            _write(waiting, content)
        if entry.mode is not None:
            os.chmod(waiting, entry.mode)
        if entry.uid is not None and entry.gid is not None and os.geteuid() == 0:
            os.chown(waiting, entry.uid, entry.gid)
        os.replace(waiting, target)

    def _make(self, folder: str) -> None:
        if folder not in self._standing:
            os.makedirs(folder, exist_ok=True)
            self._standing.add(folder)

    def _remove(self, target: str, folders: Sequence[str]) -> None:
        with suppress(FileNotFoundError):
            os.unlink(target)
        self._standing.clear()
        for made in reversed(folders):
            with suppress(OSError):
                os.rmdir(f"{self._root}/{made}")


def _write(path: str, content: bytes) -> None:
    """Write a file unbuffered: an open file of Python's looks at the disk twice more."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def _device_of(folder: Path) -> int:
    """Return the device of the folder, or of the one that it will be made in."""
    while not folder.exists():
        folder = folder.parent
    return folder.stat().st_dev


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
