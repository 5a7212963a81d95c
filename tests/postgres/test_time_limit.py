"""Limits that are none, and those that are larger than a server can count."""

from __future__ import annotations

import math
import time

import pytest

from ash_scaffold.postgres.time_limit import TimeIsUpError, TimeLimit, time_limit


@pytest.mark.parametrize("seconds", [0, None, math.inf, math.nan])
def test_no_limit(seconds: float | None) -> None:
    limit = time_limit(seconds)
    assert limit == TimeLimit()
    assert (limit.left, limit.milliseconds) == (None, 0)
    limit.check()
    with limit.enforced():
        pass


def test_a_limit_fits_into_the_settings_of_a_server() -> None:
    assert 0 < time_limit(1e300).milliseconds < 2**31


def test_what_is_late_is_ended() -> None:
    limit = TimeLimit(1, time.monotonic() - 1)
    assert (limit.left, limit.milliseconds, limit.text) == (0, 1, "1 second")
    with pytest.raises(TimeIsUpError):
        limit.check()
    with pytest.raises(TimeIsUpError), limit.enforced():
        time.sleep(20)
