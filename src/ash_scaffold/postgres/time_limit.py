"""How long a database may take until a run gives up on it."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import msgspec

DEFAULT_SECONDS = 300.0
_GRACE = 1.0  # seconds
_LONGEST = 1_000_000.0  # seconds: PostgreSQL counts milliseconds with 31 bits


class TimeIsUpError(Exception):
    """The time that a database had is over."""


class TimeLimit(msgspec.Struct, frozen=True):
    """The moment of `time.monotonic()` at which `seconds` are over; both None without a limit."""

    seconds: float | None = None
    end: float | None = None

    @property
    def text(self) -> str:
        """The seconds as messages name them."""
        return f"{self.seconds or 0:g} second{'' if self.seconds == 1 else 's'}"

    @property
    def left(self) -> float | None:
        """The seconds that are left, at least 0; None without a limit."""
        return None if self.end is None else max(0.0, self.end - time.monotonic())

    @property
    def milliseconds(self) -> int:
        """The time left as PostgreSQL's settings have it, where 0 stands for no limit."""
        left = self.left
        return 0 if left is None else max(1, int(left * 1000))

    def check(self) -> None:
        """Raise `TimeIsUpError` when it is over."""
        if self.end is not None and time.monotonic() >= self.end:
            raise TimeIsUpError

    @contextmanager
    def enforced(self) -> Iterator[None]:
        """Raise `TimeIsUpError` wherever the block is then: in a driver, in a query.

        That is a second later, so that a server which has the limit, too, can say what it was at.
        Outside of the main thread, which gets the signals, nothing is enforced.
        """
        left = self.left
        if left is None or threading.current_thread() is not threading.main_thread():
            yield
            return

        def over(_number: int, _frame: FrameType | None) -> None:
            raise TimeIsUpError

        before = signal.signal(signal.SIGALRM, over)
        signal.setitimer(signal.ITIMER_REAL, left + _GRACE)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def time_limit(seconds: float | None) -> TimeLimit:
    """Return the limit that begins now; 0, infinity or None is none."""
    if not seconds or not math.isfinite(seconds):
        return TimeLimit()
    seconds = min(seconds, _LONGEST)
    return TimeLimit(seconds, time.monotonic() + seconds)
