"""Standard output and error, made so that writing to them never ends a run half-way.

What a terminal or a file can't hold is written with backslashes; output that is closed, full or no
longer read is dropped, and the run goes on to its end. Whether something was lost is asked there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EBADF, EPIPE
from io import TextIOWrapper
from typing import IO, TypeVar

T = TypeVar("T")

_DESCRIPTORS = (0, 1, 2)


class Stream(TextIOWrapper):
    """A text stream that keeps the error of its first write that failed, and then drops all."""

    fault: OSError | None = None
    copy: list[str] | None = None
    _closed_before = False

    @classmethod
    def of(cls, stream: IO[str] | None, descriptor: int) -> Stream:
        """Take over one of Python's streams; None is one whose descriptor was closed."""
        if isinstance(stream, TextIOWrapper):
            encoding = stream.encoding
            # What is said on standard error is for now, also where it is a pipe.
            by_line = stream.line_buffering or stream.write_through
            made = cls(stream.detach(), encoding, errors="backslashreplace", line_buffering=by_line)
        else:
            made = cls(os.fdopen(descriptor, "wb", closefd=False), errors="backslashreplace")
            made._closed_before = True
        return made

    def write(self, text: str, /) -> int:
        """Write a text, unless an earlier one could not be written."""
        if self._closed_before and text and self.fault is None:
            self.fault = OSError(EBADF, os.strerror(EBADF))
        if self.copy is not None:
            self.copy.append(text)
        return self._kept(lambda: super(Stream, self).write(text), len(text))

    def flush(self) -> None:
        """Flush, with the same promise."""
        self._kept(lambda: super(Stream, self).flush(), None)

    def _kept(self, act: Callable[[], T], otherwise: T) -> T:
        try:
            return act()
        except OSError as error:
            # A reader that has gone had what it wanted.
            if self.fault is None and error.errno != EPIPE:
                self.fault = error
            self._drop()
            return otherwise

    def _drop(self) -> None:
        """Let the descriptor lead nowhere, for what is buffered and for all that follows."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


def prepare_streams() -> None:
    """Replace standard output and error.

    A descriptor that was closed is opened on nothing, lest the next file of the run gets its
    number and with it what is printed.
    """
    for descriptor in _DESCRIPTORS:
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = Stream.of(sys.stdout, 1)
    sys.stderr = Stream.of(sys.stderr, 2)


@contextmanager
def copied(stream: IO[str]) -> Iterator[list[str]]:
    """Give the texts that are written to a stream in a block; of another kind of stream none."""
    texts: list[str] = []
    if not isinstance(stream, Stream):
        yield texts
        return
    stream.copy = texts
    try:
        yield texts
    finally:
        stream.copy = None


def lost_output() -> OSError | None:
    """Flush standard output, and return why some of it could not be written."""
    if not isinstance(sys.stdout, Stream):
        return None
    sys.stdout.flush()
    return sys.stdout.fault


def use_utf8() -> None:
    """Let standard output be UTF-8, whatever the locale: for formats that programs read."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
