"""A digest of files and folders that shows every change, without opening one of them.

Of each file count what `stat` says: kind and mode, size, inode, and both times, of which the system
sets one itself at every change. A folder counts with its names, so that new files show.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

# Folders that nothing reads, and that can hold a hundred thousand files: beside a mix.exs, and
# wherever they are.
_LEFT_OUT = frozenset({"_build", "deps"})
_LEFT_OUT_ANYWHERE = frozenset({"__pycache__", "node_modules"})
_MOST = 200_000
_SECOND = 1_000_000_000
# The clock of a file system ticks this often: where its times have fractions, and where not.
_FINE_TICK = _SECOND // 10
_COARSE_TICK = 2 * _SECOND


class Watched(msgspec.Struct, frozen=True):
    """What was seen: a digest, and the moment after which another change is sure to show in it.

    The moment is in nanoseconds since 1970: the last change, and a tick of the clock.
    """

    digest: bytes
    settled: int


def watch(places: Collection[str], whole: Collection[str] = ()) -> Watched | None:
    """Look at all below some places (absolute), and at places where there is nothing.

    Links are followed, and count themselves too. Hidden folders beside a `mix.exs` are left out,
    as are those of dependencies and builds, unless they are a place themselves, or in one that is
    `whole`. None where there are too many files, or a folder can't be read.
    """
    seen: set[tuple[int, int]] = set()
    lines: list[str] = []
    settled = 0
    try:
        for place, all_of_it in (
            *((each, True) for each in sorted(whole)),
            *((each, False) for each in sorted(places)),
        ):
            for line, moment in _entries(place, seen, whole=all_of_it):
                lines.append(line)
                settled = max(settled, moment)
                if len(lines) > _MOST:
                    return None
    except OSError:
        return None
    text = "\n".join(lines).encode(errors="surrogateescape")
    return Watched(hashlib.blake2b(text, digest_size=32).digest(), settled)


def _entries(place: str, seen: set[tuple[int, int]], *, whole: bool) -> Iterator[tuple[str, int]]:
    """Yield a line and the settled moment of a place, and of each file and folder below."""
    try:
        found = Path(place).stat()
    except OSError as error:
        yield f"{place}\0{error.errno}", 0
        return
    waiting = [(place, found)]
    while waiting:
        path, status = waiting.pop()
        if not stat.S_ISDIR(status.st_mode):
            yield _line(path, status)
            continue
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        # A folder's own times change with each file that an editor makes and deletes beside.
        yield f"{path}\0{status.st_mode} {status.st_uid}", _moment(status)
        with os.scandir(path) as scanned:
            inside = sorted(scanned, key=lambda entry: entry.name)
        is_app = any(entry.name == "mix.exs" for entry in inside)
        for entry in inside:
            name = entry.name
            if entry.is_symlink():
                own = entry.stat(follow_symlinks=False)
                yield f"{entry.path}\0{Path(entry.path).readlink()} {own.st_ino}", _moment(own)
            try:
                status = entry.stat()
            except OSError as error:
                yield f"{entry.path}\0{error.errno}", 0
                continue
            if not stat.S_ISDIR(status.st_mode):
                yield _line(entry.path, status)
            elif whole or not (
                name in _LEFT_OUT_ANYWHERE
                or (is_app and (name in _LEFT_OUT or name.startswith(".")))
            ):
                waiting.append((entry.path, status))


def _line(path: str, status: os.stat_result) -> tuple[str, int]:
    return (
        f"{path}\0{status.st_mode} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} "
        f"{status.st_ino} {status.st_dev} {status.st_uid}",
        _moment(status),
    )


def _moment(status: os.stat_result) -> int:
    tick = _FINE_TICK if status.st_ctime_ns % _SECOND else _COARSE_TICK
    return max(status.st_mtime_ns, status.st_ctime_ns) + tick
