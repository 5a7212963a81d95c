"""A catalog that a copy of the process asks for, while this one loads what planning needs.

The driver takes longer to load than a small catalog to be read, and the server answers meanwhile.
The copy is made as a command begins, before it is known what to ask. Where there is none, or it
ends without an answer, the run asks itself.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import msgspec

from ash_scaffold.cores import Copy, copy_process, processors
from ash_scaffold.problem import Exit, Problem, ScaffoldError

if TYPE_CHECKING:
    from ash_scaffold.postgres.answers import Answers, Question
    from ash_scaffold.postgres.time_limit import TimeLimit
    from ash_scaffold.postgres.url import URL

_FOUND, _REFUSED, _CHANGED = b"a", b"r", b"c"
_DEATH_SIGNAL = 1  # prctl(2)
_READ_BYTES = 1 << 16


class Reader:
    """A copy of the process that waits for a question to a catalog, the only one."""

    def __init__(self, modules: Iterable[str] = ()) -> None:
        """Make it, where the system lets one; `modules` are loaded while it asks."""
        self.answered = 0
        self._modules = tuple(modules)
        self._copies: list[Copy] = []
        self._requests: int | None = None
        with suppress(OSError):
            self._make()

    def _make(self) -> None:
        requests, writing = os.pipe()
        parent = os.getpid()

        def work() -> bytes:
            os.close(writing)
            return _answer(requests, parent)

        try:
            copy_process(work, self._copies.append)
        except BaseException:
            os.close(writing)
            raise
        finally:
            os.close(requests)
        self._requests = writing

    def ask(self, url: URL, limit: TimeLimit, question: Question) -> Answers | None:
        """Return what a database says of its catalog, None where the run has to ask itself.

        Raises what `read_only` and `read_catalog` do.
        """
        if self._requests is None:
            return None
        try:
            with suppress(BrokenPipeError):
                os.write(self._requests, msgspec.msgpack.encode((url, limit, question)))
            self._close_requests()
            for name in self._modules:
                import_module(name)
            reply = self._copies[0].read()
        finally:
            self.end()
        return self._taken(reply[:1], reply[1:])

    def _taken(self, kind: bytes, content: bytes) -> Answers | None:
        from ash_scaffold.postgres.answers import Answers, SchemaChangedError

        with suppress(msgspec.DecodeError):
            if kind == _FOUND:
                answers = msgspec.msgpack.decode(content, type=Answers)
                self.answered += 1
                return answers
            if kind == _REFUSED:
                _refuse(content)
        if kind == _CHANGED:
            raise SchemaChangedError
        return None

    def end(self) -> None:
        """End the copy of the process, if there still is one."""
        self._close_requests()
        for each in self._copies:
            each.end()
        self._copies.clear()

    def _close_requests(self) -> None:
        if self._requests is not None:
            os.close(self._requests)
            self._requests = None


def _refuse(content: bytes) -> NoReturn:
    problems, code = msgspec.msgpack.decode(content, type=tuple[tuple[Problem, ...], Exit])
    raise ScaffoldError(*problems, exit_code=code)


def _answer(requests: int, parent: int) -> bytes:
    """Wait for a question, and return what the catalog says, or why it can't be asked."""
    from ash_scaffold.postgres.answers import Question, SchemaChangedError
    from ash_scaffold.postgres.connect import read_only
    from ash_scaffold.postgres.reflect import read_catalog
    from ash_scaffold.postgres.time_limit import TimeLimit
    from ash_scaffold.postgres.url import URL

    _end_with(parent)
    pieces = []
    while piece := os.read(requests, _READ_BYTES):
        pieces.append(piece)
    request = msgspec.msgpack.decode(b"".join(pieces), type=tuple[URL, TimeLimit, Question])
    url, limit, question = request
    try:
        with read_only(url, limit) as connection:
            answers = read_catalog(connection, question)
    except SchemaChangedError:
        return _CHANGED
    except ScaffoldError as error:
        return _REFUSED + msgspec.msgpack.encode((error.problems, error.exit_code))
    return _FOUND + msgspec.msgpack.encode(answers)


def _end_with(parent: int) -> None:
    """End this process when the one that it is a copy of is killed: nobody wants its answer."""
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


_current: list[Reader] = []


@contextmanager
def reading(modules: Iterable[str] = ()) -> Iterator[None]:
    """Have a reader for the command of the block, if it pays; `modules` as in `Reader`.

    It does not with one processor, nor where an earlier question has loaded the driver.
    """
    if processors() == 1 or "psycopg" in sys.modules:
        yield
        return
    reader = Reader(modules)
    _current.append(reader)
    try:
        yield
    finally:
        _current.remove(reader)
        reader.end()


def current_reader() -> Reader | None:
    """Return the reader of this process's command, if it has one."""
    return _current[-1] if _current else None
