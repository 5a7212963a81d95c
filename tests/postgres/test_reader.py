"""A catalog that a copy of the process asks for: the same answers and errors as without it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ash_scaffold.postgres import reader
from ash_scaffold.postgres.answers import Question, SchemaChangedError
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.reader import Reader, current_reader, reading
from ash_scaffold.postgres.reflect import read_catalog
from ash_scaffold.postgres.time_limit import TimeLimit, time_limit
from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import Code, ScaffoldError, fail

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="Linux alone")
QUESTION = Question(schemas=("public",))
PETS = "CREATE TABLE pets (id bigint PRIMARY KEY, name text NOT NULL DEFAULT 'Rex'::text)"


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    before = [*Path("/proc/self/fd").iterdir()]
    yield
    assert len([*Path("/proc/self/fd").iterdir()]) == len(before)
    with suppress(ChildProcessError):
        assert os.waitpid(-1, os.WNOHANG) == (0, 0)


def test_the_answers_are_those_without_it(make_database: Callable[..., URL]) -> None:
    url = make_database(PETS)
    answers = Reader().ask(url, TimeLimit(), QUESTION)
    with read_only(url) as connection:
        assert answers == read_catalog(connection, QUESTION)


def test_it_answers_one_question(make_database: Callable[..., URL]) -> None:
    url = make_database(PETS)
    asked = Reader()
    assert asked.ask(url, TimeLimit(), QUESTION) is not None
    assert asked.ask(url, TimeLimit(), QUESTION) is None
    assert asked.answered == 1


def test_a_refusal_is_that_without_it(make_database: Callable[..., URL]) -> None:
    url = make_database().set(database="not_there")
    with pytest.raises(ScaffoldError) as there:
        Reader().ask(url, TimeLimit(), QUESTION)
    with pytest.raises(ScaffoldError) as here, read_only(url):
        pass
    assert there.value.problems == here.value.problems
    assert there.value.exit_code is here.value.exit_code


def test_the_time_limit_holds(
    make_database: Callable[..., URL], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ash_scaffold.postgres.reflect.read_catalog", lambda *_: time.sleep(60))
    with pytest.raises(ScaffoldError) as raised:
        Reader().ask(make_database(), time_limit(0.1), QUESTION)
    (problem,) = raised.value.problems
    assert problem.code is Code.DATABASE_ERROR
    assert "not read within 0.1 seconds" in problem.what


def raising(error: BaseException) -> Callable[..., None]:
    def function(*_: object) -> None:
        raise error

    return function


def test_a_schema_that_changes_is_told(
    make_database: Callable[..., URL], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ash_scaffold.postgres.reflect.read_catalog", raising(SchemaChangedError()))
    with pytest.raises(SchemaChangedError):
        Reader().ask(make_database(), TimeLimit(), QUESTION)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError(), SystemExit()])
def test_where_it_fails_the_run_asks_itself(
    make_database: Callable[..., URL], monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr("ash_scaffold.postgres.reflect.read_catalog", raising(error))
    assert Reader().ask(make_database(), TimeLimit(), QUESTION) is None


def test_where_it_was_killed_the_run_asks_itself(make_database: Callable[..., URL]) -> None:
    asked = Reader()
    os.kill(asked._copies[0].process, signal.SIGKILL)
    assert asked.ask(make_database(), TimeLimit(), QUESTION) is None


def test_where_there_can_be_none_the_run_asks_itself(
    make_database: Callable[..., URL], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fork", raising(BlockingIOError()))
    assert Reader().ask(make_database(), TimeLimit(), QUESTION) is None


def test_it_ends_with_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "processors", lambda: 2)
    monkeypatch.delitem(sys.modules, "psycopg")

    def failing() -> None:
        with reading():
            assert current_reader() is not None
            raise fail(Code.USAGE, "No.")

    with pytest.raises(ScaffoldError):
        failing()
    assert current_reader() is None


def test_there_is_none_where_it_would_not_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "processors", lambda: 2)
    with reading():
        assert current_reader() is None
    monkeypatch.setattr(reader, "processors", lambda: 1)
    monkeypatch.delitem(sys.modules, "psycopg")
    with reading():
        assert current_reader() is None


def test_it_does_not_outlive_a_run_that_is_killed() -> None:
    program = (
        "import os, signal\n"
        "from ash_scaffold.postgres.reader import Reader\n"
        "reader = Reader()\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    # It has the output as well, so that this waits for its end.
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL
