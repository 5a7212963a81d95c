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
from functools import partial
from itertools import pairwise, zip_longest
from typing import NamedTuple, TypeVar

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
    first, *others = _shares(items, max(1, min(processors(), len(items) // max(1, least), _MOST)))
    if not others:
        return list(map(function, items))
    with _copies(function, others) as copies:
        found = list(map(function, first))
        for share, copy in zip_longest(others, copies):
            results = None if copy is None else _results(copy, kind, len(share))
            found += map(function, share) if results is None else results
    return found


def processors() -> int:
    """Return how many processors a copy of the process may use: one where copying is not safe.

    On macOS libraries of the system do not survive it. A thread may hold a lock, which nobody lets
    go of in the copy; one that is a daemon only draws a progress bar.
    """
    if sys.platform != "linux":
        return 1
    main = threading.main_thread()
    if any(not each.daemon for each in threading.enumerate() if each is not main):
        return 1
    return len(os.sched_getaffinity(0))


def _shares(items: Sequence[T], number: int) -> list[Sequence[T]]:
    bounds = [len(items) * each // number for each in range(number + 1)]
    return [items[start:end] for start, end in pairwise(bounds)]


class Copy(NamedTuple):
    """A copy of the process, and the end of its pipe from which its results are read."""

    process: int
    pipe: int

    def read(self) -> bytes:
        """Return all that it sends until it ends."""
        pieces = []
        while piece := os.read(self.pipe, _READ_BYTES):
            pieces.append(piece)
        return b"".join(pieces)

    def end(self) -> None:
        """End it, whatever it is at."""
        os.close(self.pipe)
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.process, 0)


@contextmanager
def _copies(function: Callable[[T], R], shares: Sequence[Sequence[T]]) -> Iterator[list[Copy]]:
    """Have each share done by a copy of the process; none of them is left when the block ends.

    Where the system makes no more of them there are fewer.
    """
    found: list[Copy] = []

    def work(share: Sequence[T]) -> bytes:
        return msgspec.msgpack.encode([function(each) for each in share])

    try:
        with suppress(OSError):
            for share in shares:
                copy_process(partial(work, share), found.append)
        yield found
    finally:
        for each in found:
            each.end()


def copy_process(work: Callable[[], bytes], made: Callable[[Copy], None]) -> None:
    """Have work done by a copy of the process, which sends its result and ends.

    `made` is told of it at once. What the work raises ends the copy without a word. Raises
    `OSError` where the system makes none.
    """
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
        made(Copy(process, reading))
        os.close(writing)
        return
    # Nothing of what stands above on the stack may run here: neither its errors nor its ends.
    with suppress(BaseException):
        os.close(reading)
        _send(writing, work())
    os._exit(0)


def _send(pipe: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def _results(copy: Copy, kind: type[R], count: int) -> list[R] | None:
    """Return the results of a copy of the process, None where it has not sent all of them."""
    try:
        found: list[R] = msgspec.msgpack.decode(copy.read(), type=list[kind])  # type: ignore[valid-type]
    except msgspec.DecodeError:
        return None
    return found if len(found) == count else None
