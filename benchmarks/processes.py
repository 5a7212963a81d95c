"""What a process spends: seconds, processor time, memory; on all processors or on one."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec

_TICKS = os.sysconf("SC_CLK_TCK")
_LONGEST_WAIT = 2.0  # seconds, for a connection's process to end


class Spent(msgspec.Struct, frozen=True):
    """What a program took, with the programs that it ran: seconds by the clock, and bytes.

    `processor` are seconds of processor time, its own and, where a server was given, the server's
    for it. `peak` is the memory of the largest of its processes.
    """

    seconds: float
    processor: float
    peak: int
    output: bytes


def run(
    command: Sequence[str],
    folder: Path | None = None,
    *,
    codes: Sequence[int] = (0,),
    server: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Spent:
    """Run a program to its end; `server` is the process of the PostgreSQL server that it reads.

    Leaves the benchmark with the program's words when its exit code is none of `codes`.
    """
    before = 0.0 if server is None else _settled(server)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env={**os.environ, **(environment or {})},
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            words = _all_of(err) or _all_of(out)
            name = f"{Path(command[0]).name} {command[1] if len(command) > 1 else ''}"
            sys.exit(f"{name} ended with {process.returncode}:\n{words.decode()[-2000:]}")
        output = _all_of(out)
    served = 0.0 if server is None else _settled(server) - before
    # In kilobytes on Linux, in bytes on macOS.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Spent(seconds, usage.ru_utime + usage.ru_stime + served, peak, output)


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def one_processor(server: int) -> Iterator[None]:
    """Let this process, what it starts, and a running server have one processor together.

    The server's processes for connections inherit it from the first one, `server`.
    """
    allowed = os.sched_getaffinity(0)
    pinned = [0, server, *_children(server)]
    try:
        _allow(pinned, {max(allowed)})
        yield
    finally:
        _allow(pinned, allowed)


def _allow(processes: Sequence[int], allowed: set[int]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(process, allowed)


def _all_of(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _settled(server: int) -> float:
    """Return the processor time of a server and its ended connections, once all have ended."""
    deadline = time.monotonic() + _LONGEST_WAIT
    while any(map(_serves, _children(server))):
        if time.monotonic() > deadline:
            break
        time.sleep(0.005)
    try:
        fields = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # Its own, in user and system mode, and that of the children that it has waited for.
    return sum(map(int, fields[11:15])) / _TICKS


def _children(process: int) -> list[int]:
    try:
        text = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    return [int(each) for each in text.split()]


def _serves(process: int) -> bool:
    """Whether a process has a connection, or has ended and the server doesn't know yet."""
    try:
        title = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False
    return not title or b"[local]" in title
