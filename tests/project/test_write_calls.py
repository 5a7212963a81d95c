"""How often a write asks the system: a few times for each file, and once for what all share."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ash_scaffold.project import exchange
from ash_scaffold.project.write import locked, write_files

CALLS = (
    "access chmod chown close fdatasync fsync fstat link listdir lstat mkdir open read rename "
    "replace rmdir scandir stat sync unlink utime write"
).split()
FEW, MANY = 10, 60

Contents = Callable[[int], dict[str, bytes | None]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The calls of `os` from now on, by name; `exchange` are those of `renameat2`."""
    counted: Counter[str] = Counter()

    def counting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            counted[name] += 1
            return real(*arguments, **options)

        return call

    for name in CALLS:
        monkeypatch.setattr(os, name, counting(name, getattr(os, name)))
    monkeypatch.setattr(exchange, "_renamed", counting("exchange", exchange._renamed))
    return counted


def of_each(calls: Counter[str], root: Path, contents: Contents) -> dict[str, float]:
    """The calls that one more file costs; the journal's folder and the like cost the same."""
    with locked(root) as lock:
        # The first write of all makes the key of the journal.
        write_files(lock, {"lib/first.ex": os.urandom(8)})
        counted = []
        for count in (FEW, MANY):
            files = contents(count)
            calls.clear()
            write_files(lock, files)
            counted.append(Counter(calls))
    few, many = counted
    assert (many["sync"], many["fsync"], many["mkdir"]) == (1, 2, few["mkdir"])
    each = {name: (many[name] - few[name]) / (MANY - FEW) for name in many}
    return {name: number for name, number in each.items() if number}


def named(count: int, content: bytes | None) -> dict[str, bytes | None]:
    return {f"lib/of_{count}_{number}.ex": content for number in range(count)}


def test_a_new_file_costs_seven_calls(tmp_path: Path, calls: Counter[str]) -> None:
    (tmp_path / "lib").mkdir()
    assert of_each(calls, tmp_path, lambda count: named(count, b"new")) == {
        "open": 1,
        "write": 1,
        "close": 1,
        "exchange": 1,
        "lstat": 3,  # there is none yet; its stamp before and after
    }


def test_a_changed_file_is_read_before_and_after(tmp_path: Path, calls: Counter[str]) -> None:
    (tmp_path / "lib").mkdir()
    for path in (*named(FEW, None), *named(MANY, None)):
        (tmp_path / path).write_bytes(b"old")
    changed = of_each(calls, tmp_path, lambda count: named(count, b"new"))
    assert changed["exchange"] == changed["write"] == changed["unlink"] == 1
    assert changed["open"] == changed["close"] == 3
    assert sum(changed.values()) <= 21


def test_a_file_that_is_as_it_was_expected_costs_none(tmp_path: Path, calls: Counter[str]) -> None:
    (tmp_path / "lib").mkdir()
    for path in named(MANY, None):
        (tmp_path / path).write_bytes(b"old")
    wanted = named(MANY, b"old")
    with locked(tmp_path) as lock:
        calls.clear()
        written = write_files(lock, wanted, expected=wanted)
    assert written.unchanged == tuple(sorted(wanted))
    assert calls["open"] == calls["read"] == 0
