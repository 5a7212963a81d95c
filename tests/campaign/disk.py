"""The steps of a run on the disk: a function is called before each of them.

Everything that changes a file or a folder is one: opening it for writing, each write, making,
renaming, removing, changing the mode, syncing. What Python audits is heard by an audit hook, writes
and syncs, which it does not audit, by functions in place of its own.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

_CHANGES = frozenset(
    "os.rename os.remove os.rmdir os.mkdir os.chmod os.chown os.link os.symlink os.truncate "
    "os.utime".split()
)
_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Step(msgspec.Struct, frozen=True):
    """A step before it is taken: the nth, from 1 on. `half` takes half of it, if it is a write."""

    number: int
    name: str
    half: Callable[[], object] | None = None


Act = Callable[[Step], None]


class _Steps:
    def __init__(self, folder: str, act: Act) -> None:
        self.folder = folder
        self.act = act
        self.number = 0
        self.acting = False

    def take(self, name: str, half: Callable[[], object] | None = None) -> None:
        if self.acting:
            return
        self.number += 1
        self.acting = True
        try:
            self.act(Step(self.number, name, half))
        finally:
            self.acting = False

    def audited(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            if isinstance(arguments[2], int) and arguments[2] & _FOR_WRITING:
                self._on(event, arguments[:1])
        elif event in _CHANGES:
            self._on(event, arguments[:2])

    def _on(self, name: str, paths: tuple[Any, ...]) -> None:
        if any(isinstance(path, int) or self._inside(os.fsdecode(path)) for path in paths):
            self.take(name)

    def _inside(self, path: str) -> bool:
        return not path.startswith("/") or path.startswith(self.folder)


def watch(folder: Path, act: Act) -> None:
    """Call `act` before each step below a folder, from now on to the end of this process."""
    steps = _Steps(str(folder), act)
    write = os.write

    def stepping_write(descriptor: int, data: Any) -> int:
        steps.take("write", lambda: write(descriptor, memoryview(data)[: len(data) // 2]))
        return write(descriptor, data)

    class File(io.FileIO):
        def write(self, data: Any) -> int:
            steps.take("write", lambda: super(File, self).write(bytes(data)[: len(data) // 2]))
            return super().write(data)

    plain_open = io.open

    def stepping_open(file: Any, mode: str = "r", *rest: Any, **options: Any) -> Any:
        if isinstance(file, int) or "r" in mode or "+" in mode:
            return plain_open(file, mode, *rest, **options)
        raw = File(file, mode.replace("b", "").replace("t", ""))
        if "b" in mode:
            return raw if options.get("buffering") == 0 else io.BufferedWriter(raw)
        return io.TextIOWrapper(io.BufferedWriter(raw), encoding=options.get("encoding", "utf-8"))

    sys.addaudithook(steps.audited)
    os.write = stepping_write
    for name in ("fsync", "fdatasync", "sync", "ftruncate"):
        setattr(os, name, _stepping(steps, name))
    vars(builtins)["open"] = vars(io)["open"] = stepping_open


def _stepping(steps: _Steps, name: str) -> Callable[..., object]:
    plain = getattr(os, name)

    def stepping(*arguments: object) -> object:
        steps.take(name)
        return plain(*arguments)

    return stepping


def counting(into: Path) -> Act:
    """Write the number of the last step into a file outside of the watched folder."""
    descriptor = os.open(into, os.O_WRONLY | os.O_CREAT)

    def count(step: Step) -> None:
        os.pwrite(descriptor, str(step.number).encode(), 0)

    return count


def killing(number: int, *, half: bool = False) -> Act:
    """Die of SIGKILL before a step, or in the middle of it."""

    def kill(step: Step) -> None:
        if step.number == number:
            if half and step.half is not None:
                step.half()
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


def signalling(numbers: dict[int, signal.Signals]) -> Act:
    """Get a signal before each of some steps."""

    def send(step: Step) -> None:
        if step.number in numbers:
            os.kill(os.getpid(), numbers[step.number])

    return send


def failing(number: int, code: int, *, lasting: bool) -> Act:
    """Fail at a step, or at each from there on that needs room or the right to write.

    What only removes needs no room, so a full disk lets it pass.
    """

    def fail(step: Step) -> None:
        if step.number == number or (lasting and step.number > number):
            if code == errno.ENOSPC and step.name in ("os.remove", "os.rmdir", "os.rename"):
                return
            raise OSError(code, os.strerror(code), "somewhere")

    return fail


def at(number: int, act: Callable[[], None]) -> Act:
    """Do something before a step: what another process does meanwhile."""

    def do(step: Step) -> None:
        if step.number == number:
            act()

    return do
