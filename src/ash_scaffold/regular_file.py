"""Reading files: the one place that does, and reads no more than a regular file of a known size.

A repository can hold links to devices, pipes that nobody writes to, and files of gigabytes. Each of
them is an error with words of its own here, so that no run hangs or fills the memory.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

# What a person or the tool writes: sources, configuration, snapshots, documents.
MAX_TEXT_BYTES = 64_000_000
_PIECE_BYTES = 1 << 20
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
# Names of what the process has been given open: `--dump <(pg_dump …)`.
_DESCRIPTOR = re.compile(r"/dev/(?:stdin|fd/\d+)|/proc/self/fd/\d+")
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY


class UnusualFileError(OSError):
    """A file that is not read, because it is no regular one or too large.

    `strerror` says which, without a full stop, as that of every `OSError` does.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(errno.EINVAL, reason, path)


def read_file(path: str | Path, limit: int = MAX_TEXT_BYTES, *, piped: bool = False) -> bytes:
    """Return the bytes of a regular file, links followed.

    With `piped` also those of a pipe that the process was given open, under its name in /dev.
    Raises `OSError`: of the system, or an `UnusualFileError` for what is no regular file, or has
    more than `limit` bytes.
    """
    name = os.fspath(path)
    piped = piped and _DESCRIPTOR.fullmatch(name) is not None
    descriptor, size = _open(name, piped=piped)
    try:
        if size > limit:
            raise _too_large(name, limit)
        content = os.read(descriptor, size + 1)
        if 0 < len(content) == size:
            return content
        # The size is a hint: a file may grow meanwhile, and pipes and files of /proc have none.
        pieces, left = [content], limit + 1 - len(content)
        while content and left > 0:
            content = os.read(descriptor, min(_PIECE_BYTES, left))
            pieces.append(content)
            left -= len(content)
    finally:
        os.close(descriptor)
    if left <= 0:
        raise _too_large(name, limit)
    return b"".join(pieces)


def read_start(path: str | Path, count: int) -> bytes:
    """Return the first `count` bytes of a regular file. Raises `OSError` as `read_file` does."""
    descriptor, _ = _open(os.fspath(path), piped=False)
    try:
        return os.read(descriptor, count)
    finally:
        os.close(descriptor)


def kind_of(mode: int) -> str:
    """Return what a file of a mode is, in words: "a folder"; "" for a regular one."""
    return "" if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "not a file")


def _open(name: str, *, piped: bool) -> tuple[int, int]:
    """Open a file, and return its descriptor and size."""
    # Looked at first: opening alone may do something to a device.
    piped = _require_regular(name, os.stat(name).st_mode, piped=piped)
    # A pipe that takes the file's place meanwhile would hold the run until somebody writes.
    descriptor = os.open(name, _FLAGS if piped else _FLAGS | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        _require_regular(name, status.st_mode, piped=piped)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, status.st_size


def _require_regular(name: str, mode: int, *, piped: bool) -> bool:
    """Refuse what is neither regular nor a pipe that is wanted; tell whether it is such a pipe."""
    if stat.S_ISREG(mode):
        return False
    kind = kind_of(mode)
    if not (piped and stat.S_ISFIFO(mode)):
        raise UnusualFileError(name, f"it is {kind}, no regular file")
    return True


def _too_large(name: str, limit: int) -> UnusualFileError:
    return UnusualFileError(name, f"it is larger than {limit // 1_000_000:,} MB")


def is_folder(path: Path) -> bool:
    """Whether there is such a folder; of a name that the system takes for none there is not."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
