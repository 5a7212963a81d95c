"""The same work on many values, on all processors of the machine.

Python runs one thread at a time, so a share of the work goes to a copy of the process, which sends
its results back through a pipe. That copy has all that was read and planned by then, and pays only
where there is enough to do. Whatever happens to it, its share is then done here: the results, and
the first error, are those of one process.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise, zip_longest
from typing import TypeVar

import msgspec

T = TypeVar("T")
R = TypeVar("R")

_MOST = 8
_PIPE_BYTES = 1 << 20
_READ_BYTES = 1 << 20


def map_over_cores(
    function: Callable[[T], R], items: Sequence[T], kind: type[R], *, least: int
) -> list[R]:
    """Return what a function makes of each item, in their order.

    `kind` is a type that msgspec writes and reads; the function has to leave no trace but its
    result. Each process has at least `least` items. Raises what the function raises for the first
    item for which it does.
    """
    first, *others = _shares(items, _processes(len(items), least))
    if not others:
        return list(map(function, items))
    with _copies(function, others) as copies:
        found = list(map(function, first))
        for share, copy in zip_longest(others, copies):
            results = None if copy is None else _results(copy, kind, len(share))
            found += map(function, share) if results is None else results
    return found


def _processes(count: int, least: int) -> int:
    """Return how many processes are to share so many items: one where copying is not safe.

    On macOS libraries of the system do not survive it. A thread may hold a lock, which nobody lets
    go of in the copy; one that is a daemon only draws a progress bar.
    """
    if sys.platform != "linux":
        return 1
    if any(not each.daemon for each in threading.enumerate() if each is not _main()):
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), count // max(1, least), _MOST))


def _main() -> threading.Thread:
    return threading.main_thread()


def _shares(items: Sequence[T], number: int) -> list[Sequence[T]]:
    bounds = [len(items) * each // number for each in range(number + 1)]
    return [items[start:end] for start, end in pairwise(bounds)]


class _Copy(msgspec.Struct, frozen=True):
    """A copy of the process, and the end of its pipe from which its results are read."""

    process: int
    pipe: int


@contextmanager
def _copies(function: Callable[[T], R], shares: Sequence[Sequence[T]]) -> Iterator[list[_Copy]]:
    """Have each share done by a copy of the process; none of them is left when the block ends.

    Where the system makes no more of them there are fewer.
    """
    found: list[_Copy] = []
    try:
        with suppress(OSError):
            for share in shares:
                _copy(function, share, found)
        yield found
    finally:
        for each in found:
            os.close(each.pipe)
            with suppress(ProcessLookupError):
                os.kill(each.process, signal.SIGKILL)
        for each in found:
            with suppress(ChildProcessError):
                os.waitpid(each.process, 0)


def _copy(function: Callable[[T], R], share: Sequence[T], found: list[_Copy]) -> None:
    """Add a copy of the process to those that were `found`. Raises `OSError`."""
    reading, writing = os.pipe()
    try:
        with suppress(OSError):  # more than a user may have
            fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        with warnings.catch_warnings():
            # Python warns of any thread.
            warnings.simplefilter("ignore", DeprecationWarning)
            process = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if process:
        found.append(_Copy(process, reading))
        os.close(writing)
        return
    # Nothing of what stands above on the stack may run here: neither its errors nor its ends.
    with suppress(BaseException):
        os.close(reading)
        _send(writing, msgspec.msgpack.encode([function(each) for each in share]))
    os._exit(0)


def _send(pipe: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def _results(copy: _Copy, kind: type[R], count: int) -> list[R] | None:
    """Return the results of a copy of the process, None where it has not sent all of them."""
    pieces = []
    while piece := os.read(copy.pipe, _READ_BYTES):
        pieces.append(piece)
    try:
        found: list[R] = msgspec.msgpack.decode(b"".join(pieces), type=list[kind])  # type: ignore[valid-type]
    except msgspec.DecodeError:
        return None
    return found if len(found) == count else None
