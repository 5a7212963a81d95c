"""Work that processes share: the results, and the first error, are those of one process."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ash_scaffold.cores import map_over_cores
from ash_scaffold.problem import Code, ScaffoldError, fail

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="Linux alone")
HERE = os.getpid()
Forks = list[int]


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forks]:
    """Give three processors, and the processes that were made; none of them may be left."""
    found: list[int] = []
    fork = os.fork

    def counted() -> int:
        number = fork()
        found.append(number)
        return number

    monkeypatch.setattr(os, "fork", counted)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1, 2})
    open_before = len([*Path("/proc/self/fd").iterdir()])
    yield found
    for process in found:
        with pytest.raises(ChildProcessError):
            os.waitpid(process, os.WNOHANG)
    assert len([*Path("/proc/self/fd").iterdir()]) == open_before


def text_and_process(number: int) -> tuple[str, int]:
    return str(number), os.getpid()


def test_each_process_has_a_share_and_the_order_stays(forks: Forks) -> None:
    found = map_over_cores(text_and_process, range(10), tuple[str, int], least=3)
    assert [text for text, _ in found] == [str(number) for number in range(10)]
    assert [process for _, process in found] == [*[HERE] * 3, *forks[:1] * 3, *forks[1:] * 4]


def test_more_than_a_pipe_holds_comes_back(forks: Forks) -> None:
    found = map_over_cores(lambda number: f"{number}" * 500_000, range(9), str, least=3)
    assert found == [f"{number}" * 500_000 for number in range(9)]
    assert len(forks) == 2


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_items_are_done_by_one_process(forks: Forks, count: int) -> None:
    assert map_over_cores(str, range(count), str, least=3) == [str(each) for each in range(count)]
    assert forks == []


def test_one_processor_has_one_process(forks: Forks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {1})
    assert map_over_cores(str, range(9), str, least=1) == [str(each) for each in range(9)]
    assert forks == []


def test_a_system_that_is_not_linux_has_one_process(
    forks: Forks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert map_over_cores(str, range(9), str, least=1) == [str(each) for each in range(9)]
    assert forks == []


@pytest.mark.parametrize("daemon", [True, False])
def test_a_thread_that_works_keeps_it_to_one_process(forks: Forks, daemon: bool) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait, daemon=daemon)
    thread.start()
    try:
        assert map_over_cores(str, range(9), str, least=3) == [str(each) for each in range(9)]
    finally:
        end.set()
        thread.join()
    assert len(forks) == (2 if daemon else 0)


def failing_from(first: int) -> Callable[[int], str]:
    def function(number: int) -> str:
        if number >= first:
            raise fail(Code.TEMPLATE_ERROR, f"It is {number}.")
        return str(number)

    return function


@pytest.mark.parametrize("first", [0, 2, 3, 7, 9])
@pytest.mark.usefixtures("forks")
def test_the_error_is_that_of_the_first_item(first: int) -> None:
    with pytest.raises(ScaffoldError) as raised:
        map_over_cores(failing_from(first), range(10), str, least=3)
    (problem,) = raised.value.problems
    assert problem.what == f"It is {first}."


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_share_of_a_killed_process_is_done_here(forks: Forks, number: int) -> None:
    def killed(item: int) -> str:
        if os.getpid() != HERE and item == 7:
            os.kill(os.getpid(), number)
        return str(item)

    assert map_over_cores(killed, range(10), str, least=3) == [str(each) for each in range(10)]
    assert len(forks) == 2


def test_results_of_another_kind_are_not_taken(forks: Forks) -> None:
    def odd(item: int) -> str:
        return str(item) if os.getpid() == HERE else item  # type: ignore[return-value]

    assert map_over_cores(odd, range(10), str, least=3) == [str(each) for each in range(10)]
    assert len(forks) == 2


def test_a_system_without_room_for_another_process_has_one(
    forks: Forks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refused)
    assert map_over_cores(str, range(9), str, least=3) == [str(each) for each in range(9)]
    assert forks == []


def test_an_interrupted_run_leaves_no_process(forks: Forks) -> None:
    def interrupted(_item: int) -> str:
        if os.getpid() == HERE:
            raise KeyboardInterrupt
        signal.pause()
        return ""

    with pytest.raises(KeyboardInterrupt):
        map_over_cores(interrupted, range(9), str, least=3)
    assert len(forks) == 2


def test_nothing_is_printed_twice(forks: Forks, capfd: pytest.CaptureFixture[str]) -> None:
    print("before", end=" ")
    map_over_cores(str, range(9), str, least=3)
    print("after", flush=True)
    assert capfd.readouterr().out == "before after\n"
    assert len(forks) == 2
