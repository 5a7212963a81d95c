"""The journal of a write, which makes many files change together.

A journal holds, for every file, the bytes before and after. Once it stands under its name the
write counts as decided: whoever finds it finishes it. It is one file with one fsync, so that a
thousand targets cost no thousand syncs.

The number of an entry names a file beside the journal: its new content, until that is exchanged
with what stood in the project. So what an editor saves at any moment is found there, and put back.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path, PurePosixPath
from typing import TypeAlias

import msgspec

from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.project.exchange import exchange, place
from ash_scaffold.project.machine_key import SIGNATURE_BYTES, UNSIGNED, Signature, is_signed
from ash_scaffold.project.write_entry import IGNORE_FILE, JOURNAL_FOLDER, Entry, faults
from ash_scaffold.regular_file import UnusualFileError, kind_of, read_file

_JOURNAL = "journal"
_UNDO = "undo"
_UNDO_READY = "undo.ready"
# What a run puts into the folder: staged contents by number, the journal, the signs of an undo.
_OWN_NAME = re.compile(
    rf"\d+(\.held|\.draft)?|{_JOURNAL}(\.draft)?|undo(\.ready)?|{re.escape(IGNORE_FILE)}"
)
_WHERE = f"{JOURNAL_FOLDER}/{_JOURNAL}"
# A journal has every file of a run twice.
_MAX_BYTES = 1_000_000_000
_BUFFER_BYTES = 1 << 20
_AGAIN = (
    "If a run of yours was interrupted, git status shows what it had written, and the next run "
    f"does all of it again. Delete the journal in any case: rm -r {JOURNAL_FOLDER}"
)
# The inode, size and time of a file, `None` when there is none: the same until somebody saves it.
_Stamp: TypeAlias = tuple[int, int, int] | None


class Recovery(msgspec.Struct, frozen=True):
    """The end of an unfinished write: `undone` or completed, and for which files.

    `kept` are files that somebody changed in the meantime: they are left as they are.
    """

    undone: bool
    paths: tuple[str, ...]
    kept: tuple[str, ...]


class _Result(Enum):
    SAME = auto()
    PUT = auto()
    KEPT = auto()


class Journal:
    """The journal in a folder of its own, which exists only while a write is under way."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / JOURNAL_FOLDER
        self._made: list[Path] = []
        self._devices: dict[str, int] = {}
        self._standing: set[str] = set()
        # Of each entry what came out of the project, and what was put there.
        self._stamps: dict[int, tuple[_Stamp, _Stamp]] = {}
        self._places: dict[int, str] = {}
        # As text: a path object per file and step would take as long as the write itself.
        self._root = str(root)
        self._folder = str(self.folder)

    @property
    def pending(self) -> bool:
        """Whether a write was interrupted."""
        return not self.folder.is_symlink() and os.path.lexists(self.folder / _JOURNAL)

    def prepare(self, entries: Sequence[Entry], *, provisional: bool = False) -> None:
        """Stage the new contents, then decide the write; a `provisional` one is to be undone.

        Raises `OSError`, with none decided, and `ScaffoldError` where the folder of the journal
        can't be one.
        """
        self._require_folder()
        if self.folder.exists():
            self.discard()
        self._made = [path for path in self.folder.parents if not path.exists()]
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for name in os.listdir(self._folder):
            if _OWN_NAME.fullmatch(name):
                # A link of that name would lead what is written there out of the project.
                raise FileExistsError(
                    errno.EEXIST, "It can't be replaced", f"{self._folder}/{name}"
                )
        # Before all others, so that git never sees one of them, whenever the run ends.
        _write(f"{self._folder}/{IGNORE_FILE}", b"*\n")
        for number, entry in enumerate(entries):
            waiting = self._waiting(number, entry)
            if entry.after is not None and waiting.startswith(f"{self._folder}/"):
                _write(waiting, entry.after)
        (self.folder / (_UNDO if provisional else _UNDO_READY)).touch()
        draft = self.folder / f"{_JOURNAL}.draft"
        signature = Signature(self._root)
        with draft.open("wb", buffering=_BUFFER_BYTES) as file:
            file.write(UNSIGNED)
            for piece in _encoded(entries):
                signature.update(piece)
                file.write(piece)
            file.seek(0)
            file.write(signature.digest())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / _JOURNAL)
        _sync_folder(self.folder)

    def apply(self, entries: Sequence[Entry]) -> tuple[str, ...]:
        """Bring every file to its new content, and make all durable.

        Returns the files that somebody has changed since they were read, which are left: the
        write is to be undone then. Raises `OSError` where it fails.
        """
        for number, entry in enumerate(entries):
            if not self._put(number, entry, entry.before, entry.after, staged=True):
                return (entry.path,)
        os.sync()
        return tuple(e.path for number, e in enumerate(entries) if self._is_saved(number, e))

    def undo(self, entries: Sequence[Entry]) -> tuple[str, ...]:
        """Bring every file back to its old content; return those that somebody has changed.

        Raises `OSError` where that fails; a later `recover` goes on with it.
        """
        if not (self.folder / _UNDO).exists():
            (self.folder / _UNDO_READY).replace(self.folder / _UNDO)
        # Backwards: a .gitignore goes after what it keeps from git.
        numbered = reversed([*enumerate(entries)])
        results = [(e.path, self._settle(number, e, undone=True)) for number, e in numbered]
        os.sync()
        self.close(entries)
        return tuple(sorted(path for path, result in results if result is _Result.KEPT))

    def close(self, entries: Sequence[Entry]) -> None:
        """Forget the journal: the write is over, and all files are durable."""
        (self.folder / _JOURNAL).unlink(missing_ok=True)
        for number, entry in enumerate(entries):
            waiting = self._waiting(number, entry)
            if not waiting.startswith(f"{self._folder}/"):
                with suppress(OSError):
                    os.unlink(waiting)
        self.discard()

    def discard(self) -> None:
        """Remove everything that was staged, and the folders made for it that are empty.

        What no run stages is somebody's, and stays with the folder that it is in.
        """
        if self.folder.is_symlink() or not self._is_inside():
            return
        with suppress(OSError):
            # The file that keeps the others from git goes last.
            for name in sorted(os.listdir(self._folder), key=lambda name: name == IGNORE_FILE):
                if _OWN_NAME.fullmatch(name):
                    with suppress(OSError):
                        os.unlink(f"{self._folder}/{name}")
        for folder in (self.folder, *(self._made or (self.folder.parent,))):
            with suppress(OSError):
                folder.rmdir()

    def recover(self) -> Recovery | None:
        """Finish or undo an interrupted write; `None` when there was none.

        It is undone where a person has changed a file that it had not come to: the new snapshot
        beside it would make the old text an edit of the new one. Raises `OSError` when recovery
        fails, `ScaffoldError` when the journal is not one that this user has written here.
        """
        self._require_folder()
        if not self.pending:
            self.discard()
            return None
        entries = self._load()
        for number, entry in enumerate(entries):
            self._give_back(number, entry)
        standing = [_content(self._target(entry)) for entry in entries]
        undone = (self.folder / _UNDO).exists() or any(
            not _is_known(entry, standing[number]) and not self._is_applied(number, entry)
            for number, entry in enumerate(entries)
        )
        if undone:
            kept = self.undo(entries)
        else:
            results = [self._settle(n, each, undone=False) for n, each in enumerate(entries)]
            os.sync()
            self.close(entries)
            kept = tuple(e.path for e, r in zip(entries, results, strict=True) if r is _Result.KEPT)
        brought = (
            entry.path
            for entry, content in zip(entries, standing, strict=True)
            if content != (entry.before if undone else entry.after)
        )
        return Recovery(undone, tuple(path for path in brought if path not in kept), kept)

    def _require_folder(self) -> None:
        """Refuse a folder of the journal that is none, or leaves the project."""
        above = PurePosixPath(JOURNAL_FOLDER).parent
        if not self._is_inside():
            raise fail(
                Code.NOT_WRITABLE,
                "It leads out of the project.",
                where=above.as_posix(),
                todo=f"Make {above} and {above.parent} folders of the project, no links.",
            )
        with suppress(FileNotFoundError, NotADirectoryError):
            mode = self.folder.lstat().st_mode
            if not stat.S_ISDIR(mode):
                kind = "a link" if stat.S_ISLNK(mode) else kind_of(mode) or "a file"
                raise fail(
                    Code.JOURNAL_INVALID,
                    f"It is {kind}, where the folder of the journal has to be.",
                    where=JOURNAL_FOLDER,
                    todo=f"Delete it: rm {JOURNAL_FOLDER}",
                )

    def _is_inside(self) -> bool:
        return Path(os.path.realpath(self.folder.parent)).is_relative_to(self.root)

    def _load(self) -> tuple[Entry, ...]:
        """Read the journal. Raises `ScaffoldError` where it can't be believed."""
        path = self.folder / _JOURNAL
        try:
            if path.is_symlink():
                raise UnusualFileError(str(path), "it is a link")
            content = read_file(path, _MAX_BYTES)
            signature, content = content[:SIGNATURE_BYTES], content[SIGNATURE_BYTES:]
            if not is_signed(self._root, content, signature):
                raise _unbelievable(
                    "It can't be seen who has written it: that run could keep a key neither in "
                    "$XDG_STATE_HOME or ~/.local/state nor in the folder for temporary files."
                    if signature == UNSIGNED
                    else "It was not written by you, on this machine, in this folder."
                )
            entries = msgspec.msgpack.decode(content, type=tuple[Entry, ...])
        except (UnusualFileError, msgspec.DecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise _unbelievable(f"It can't be read: {reason}.") from error
        found = tuple(faults(self._root, entries))
        if found:
            raise _unbelievable(*found)
        return entries

    def _settle(self, number: int, entry: Entry, *, undone: bool) -> _Result:
        """Bring a file to its old or new content, whichever of the two it has."""
        wanted = entry.before if undone else entry.after
        self._give_back(number, entry)
        standing = _content(self._target(entry))
        if not _is_known(entry, standing):
            return _Result.KEPT
        if standing == wanted:
            if wanted is None:
                self._remove(entry.folders)
            return _Result.SAME
        assert not isinstance(standing, OSError)
        return _Result.PUT if self._put(number, entry, standing, wanted) else _Result.KEPT

    def _give_back(self, number: int, entry: Entry) -> None:
        """Put back what a person has saved, where a run ended after it took that away."""
        waiting, target = self._waiting(number, entry), self._target(entry)
        if _is_known(entry, _content(waiting)) or not _is_known(entry, _content(target)):
            return
        with suppress(FileExistsError):
            if os.path.lexists(target):
                exchange(waiting, target)
            else:
                place(waiting, target)

    def _is_applied(self, number: int, entry: Entry) -> bool:
        """Whether an interrupted write has come to a file."""
        waiting = _content(self._waiting(number, entry))
        return waiting is None if entry.before is None else waiting == entry.before

    def _is_saved(self, number: int, entry: Entry) -> bool:
        """Whether a person has saved a file since it was exchanged, or into what came out."""
        came_out, put = self._stamps[number]
        if put != _stamp(self._target(entry)):
            return True
        # A new file replaced none, so that nobody has one open that came out.
        return came_out is not None and came_out != _stamp(self._waiting(number, entry))

    def _target(self, entry: Entry) -> str:
        return f"{self._root}/{entry.path}"

    def _waiting(self, number: int, entry: Entry) -> str:
        """Return where a content waits: beside the target where that is on another disk."""
        found = self._places.get(number)
        if found is None:
            folder, _, name = self._target(entry).rpartition("/")
            same = self._device(folder) == self._device(self._folder)
            found = f"{self._folder}/{number}" if same else f"{folder}/.{name}.ash_scaffold"
            self._places[number] = found
        return found

    def _device(self, folder: str) -> int:
        found = self._devices.get(folder)
        if found is None:
            found = self._devices[folder] = _device_of(Path(folder))
        return found

    def _put(
        self,
        number: int,
        entry: Entry,
        standing: bytes | None,
        wanted: bytes | None,
        *,
        staged: bool = False,
    ) -> bool:
        """Put a content in the place of what stands there, unless a person has saved meanwhile.

        `staged` says that `prepare` has written it already. What stood there waits afterwards.
        """
        waiting, target = self._waiting(number, entry), self._target(entry)
        if wanted is None:
            done, came_out = _take_out(waiting, target, standing)
            self._stamps[number] = came_out, None
            if done:
                self._remove(entry.folders)
        else:
            if entry.folders:
                self._make(target.rpartition("/")[0])
            if not staged or not waiting.startswith(f"{self._folder}/"):
                # It may hold the very file that stood there, time and all.
                content = _content(waiting)
                if not (content is None or _is_known(entry, content)):
                    return False
                if content != wanted:
                    _write(f"{waiting}.draft", wanted)
                    os.replace(f"{waiting}.draft", waiting)
            put = _take_over(waiting, entry)
            done, came_out = _put_in(waiting, target, standing, wanted)
            self._stamps[number] = came_out, put
        return done

    def _make(self, folder: str) -> None:
        if folder not in self._standing:
            os.makedirs(folder, exist_ok=True)
            self._standing.add(folder)

    def _remove(self, folders: Sequence[str]) -> None:
        self._standing.clear()
        for made in reversed(folders):
            with suppress(OSError):
                os.rmdir(f"{self._root}/{made}")


def _encoded(entries: Sequence[Entry]) -> Iterator[bytes]:
    """Yield the bytes of a journal without its signature, never all of them at once."""
    empty = msgspec.msgpack.encode((None,) * len(entries))
    # The head of a list is what stands before its elements, here of a byte each.
    yield empty[: len(empty) - len(entries)]
    yield from map(msgspec.msgpack.Encoder().encode, entries)


def _unbelievable(*reasons: str) -> ScaffoldError:
    what = "The journal of an interrupted write is not followed. "
    return ScaffoldError(
        *(Code.JOURNAL_INVALID.at(_WHERE, what + reason, todo=_AGAIN) for reason in reasons)
    )


def _is_known(entry: Entry, content: bytes | OSError | None) -> bool:
    """Whether a content is one of an entry's two, or what a power failure leaves of one."""
    if isinstance(content, OSError):
        return False
    if content is None:
        return entry.before is None or entry.after is None
    if content in (entry.before, entry.after):
        return True
    if content and not content.endswith(b"\0"):
        return False
    rest = content.rstrip(b"\0")
    return any(each is not None and each.startswith(rest) for each in (entry.before, entry.after))


def _content(path: str) -> bytes | UnusualFileError | None:
    try:
        return read_file(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnusualFileError as error:
        return error


def _stamp(path: str) -> _Stamp:
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _take_over(waiting: str, entry: Entry) -> _Stamp:
    """Give a file the mode of the one before and, for root, its owner; return its stamp."""
    status = os.lstat(waiting)
    if entry.mode is not None and entry.mode != stat.S_IMODE(status.st_mode):
        os.chmod(waiting, entry.mode)
    if entry.uid is not None and entry.gid is not None and os.geteuid() == 0:
        owner = entry.uid, entry.gid
        if owner != (status.st_uid, status.st_gid):
            os.chown(waiting, *owner)
    return status.st_ino, status.st_size, status.st_mtime_ns


def _put_in(
    waiting: str, target: str, standing: bytes | None, wanted: bytes
) -> tuple[bool, _Stamp]:
    """Exchange two files, if what stands at the target is what was expected there.

    Returns whether it was, and the stamp of what came out.
    """
    try:
        if standing is None:
            place(waiting, target)
            return True, None
        exchange(waiting, target)
    except (FileExistsError, FileNotFoundError):
        return False, None
    # Before the comparison, so that a save after it shows.
    stamp = _stamp(waiting)
    came_out = _content(waiting)
    if came_out == standing:
        return True, stamp
    # The last save belongs at the target, and there may be one more before each exchange.
    expected: bytes | UnusualFileError | None = standing
    inside: bytes | UnusualFileError | None = wanted
    with suppress(FileNotFoundError):
        while came_out != expected and not isinstance(inside, OSError):
            exchange(waiting, target)
            expected, inside, came_out = inside, came_out, _content(waiting)
    return False, None


def _take_out(waiting: str, target: str, standing: bytes | None) -> tuple[bool, _Stamp]:
    """Take a file away from the target, if what stands there is what was expected.

    Returns whether it was, and its stamp.
    """
    try:
        os.rename(target, waiting)
    except FileNotFoundError:
        return False, None
    stamp = _stamp(waiting)
    if _content(waiting) == standing:
        return True, stamp
    with suppress(FileExistsError):
        place(waiting, target)
    return False, None


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
