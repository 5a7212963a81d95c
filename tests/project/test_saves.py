"""An editor saves a file at any moment of a write: what it saved is never lost."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest
from tests.project.test_write import NEW, OLD, contents, fill

from ash_scaffold import regular_file
from ash_scaffold.problem import Code, Problem, ScaffoldError
from ash_scaffold.project import exchange, journal, write
from ash_scaffold.project.write import locked, recover, write_files

if TYPE_CHECKING:
    from _typeshed import TraceFunction

MODULES = frozenset(str(module.__file__) for module in (exchange, journal, write, regular_file))
AFTER = {path: content for path, content in NEW.items() if content is not None}
SAVED = b"saved by a person"


def into(path: Path) -> None:
    """Save as vim does with `backupcopy=yes`, and most editors: into the file that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(SAVED)


def over(path: Path) -> None:
    """Save as emacs, GNOME and JetBrains do: beside it, then over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.parent / "draft~"
    beside.write_bytes(SAVED)
    beside.rename(path)


@contextmanager
def before_line(number: int, act: Callable[[], None]) -> Iterator[list[int]]:
    """Do something before the nth line that writing runs; give the lines that it ran in all.

    A line makes one call of the system at most, so all places between two of them are lines.
    """
    lines = [0]

    def trace(frame: FrameType, event: str, _argument: Any) -> TraceFunction | None:
        if frame.f_code.co_filename not in MODULES:
            return None
        if event == "line":
            lines[0] += 1
            if lines[0] == number:
                act()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield lines
    finally:
        sys.settrace(before)


def saved_during(root: Path, number: int, save: Callable[[Path], None], path: str) -> int:
    """Write while somebody saves a file; tell how many lines that took."""
    fill(root)
    problems: tuple[Problem, ...] = ()
    with locked(root) as lock, before_line(number, lambda: save(root / path)) as lines:
        try:
            write_files(lock, NEW, expected={**dict.fromkeys(NEW), **OLD})
        except ScaffoldError as error:
            problems = error.problems
    assert [(p.code, p.where) for p in problems] in ([], [(Code.EDITED_FILE, path)])
    if lines[0] < number:
        assert contents(root) == AFTER
        return lines[0]
    found = contents(root)
    assert found.pop(path) == SAVED, f"{path} before line {number}"
    rest = {name: text for name, text in (OLD if problems else AFTER).items() if name != path}
    assert found == rest, f"{path} before line {number}"
    return lines[0]


PATHS = ["lib/a.ex", "lib/b.ex", "lib/deep/er/c.ex", "lib/gone.ex"]


@pytest.mark.parametrize("save", [into, over])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("step", [37, pytest.param(1, marks=pytest.mark.slow)])
def test_a_save_between_any_two_steps_is_kept(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    save: Callable[[Path], None],
    path: str,
    step: int,
) -> None:
    monkeypatch.setattr(os, "sync", lambda: None)
    number, lines = step, step
    while lines >= number:
        lines = saved_during(tmp_path / str(number), number, save, path)
        number += step
    assert number > 300


@pytest.mark.parametrize("save", [into, over])
@pytest.mark.parametrize("path", PATHS)
def test_a_save_as_a_run_is_killed_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, save: Callable[[Path], None], path: str
) -> None:
    monkeypatch.setattr(os, "sync", lambda: None)

    for number in range(1, 1000):
        root = fill(tmp_path / str(number))

        def act(root: Path = root, number: int = number) -> None:
            steps = iter(range(1, 1000))

            def hook(event: str, arguments: tuple[object, ...]) -> None:
                if event == "os.rename" and arguments and next(steps) == number:
                    save(root / path)
                    os._exit(0)

            sys.addaudithook(hook)
            with locked(root) as lock:
                write_files(lock, NEW)
            os._exit(3)

        child = os.fork()
        if not child:
            act()
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status):
            break
        with locked(root) as lock:
            recover(lock)
        assert contents(root)[path] == SAVED
    assert number > 4


def test_a_system_that_can_not_exchange_keeps_what_is_saved_into_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sync", lambda: None)
    monkeypatch.setattr(exchange, "_system_call", lambda: None)
    number, lines = 3, 3
    while lines >= number:
        lines = saved_during(tmp_path / str(number), number, into, "lib/b.ex")
        number += 7
    assert number > 300


def test_what_is_saved_through_a_file_that_was_open_before_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    with (tmp_path / "lib/b.ex").open("r+b") as file:

        def late() -> None:
            file.seek(0)
            file.write(SAVED)
            file.flush()

        monkeypatch.setattr(os, "sync", late)
        with locked(tmp_path) as lock, pytest.raises(ScaffoldError):
            write_files(lock, NEW)
    assert contents(tmp_path) == OLD | {"lib/b.ex": SAVED}
