"""A throw-away server leaves nothing behind, however its run ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.databases import as_uri

from ash_scaffold.postgres import server as server_module
from ash_scaffold.postgres.installation import Installation, embedded_installation
from ash_scaffold.postgres.server import PREFIX, SUPERUSER, throwaway_server
from ash_scaffold.problem import Code, ScaffoldError

# Opens a server, says so, and waits to be ended.
RUN = """
import sys, time
from ash_scaffold.postgres.installation import embedded_installation
from ash_scaffold.postgres.server import throwaway_server
with throwaway_server(embedded_installation()) as server:
    print(server.folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def embedded() -> Installation:
    found = embedded_installation()
    assert found is not None
    return found


@pytest.fixture
def root() -> Iterator[Path]:
    """A temporary directory of our own, short enough for a socket and open to the server."""
    folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


class Run:
    """Another process with a throw-away server of its own in `root`."""

    def __init__(self, root: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "TMPDIR": str(root)},
        )

    def folder(self) -> Path:
        """Wait until the server runs, and return its folder."""
        assert self.process.stdout is not None
        return Path(self.process.stdout.readline().strip())

    def end(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.communicate(timeout=20)


@pytest.fixture
def start(root: Path) -> Iterator[Callable[[], Run]]:
    runs: list[Run] = []

    def start() -> Run:
        runs.append(Run(root))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)


def processes_of(folder: Path) -> list[str]:
    shown = subprocess.run(
        ["ps", "-Aww", "-o", "args="], capture_output=True, text=True, check=True
    )
    return [line for line in shown.stdout.splitlines() if str(folder) in line]


def test_it_answers_through_its_socket_and_is_gone_afterwards(embedded: Installation) -> None:
    with throwaway_server(embedded) as server:
        folder = server.folder
        with psycopg.connect(as_uri(server.url("postgres"))) as connection:
            row = connection.execute(
                "SELECT current_setting('server_version'), current_setting('listen_addresses'),"
                " current_setting('server_encoding')"
            ).fetchone()
        assert row == (server.version_text, "", "UTF8")
        place = f"@/shop?host={str(folder).replace('/', '%2F')}&port=5432"
        assert server.url("shop").uri == (f"postgresql://{SUPERUSER}:{server.password}{place}")
        assert server.plain_url("shop").uri == f"postgresql://postgres{place}"

    assert not folder.exists()
    assert processes_of(folder) == []


def test_nobody_is_superuser_without_the_password(embedded: Installation) -> None:
    with throwaway_server(embedded) as server:
        url = as_uri(server.plain_url("postgres").set(username=SUPERUSER))
        for password in ("", SUPERUSER):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(url, password=password, passfile="/dev/null")
        assert not list(server.folder.glob("password*"))


def test_it_is_gone_when_the_run_fails(embedded: Installation) -> None:
    folders = []

    def fail() -> None:
        with throwaway_server(embedded) as server:
            folders.append(server.folder)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    [folder] = folders
    assert not folder.exists()
    assert processes_of(folder) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_is_gone_when_a_signal_ends_the_run(
    number: signal.Signals, root: Path, start: Callable[[], Run]
) -> None:
    run = start()
    folder = run.folder()
    assert folder.is_dir()
    assert processes_of(folder)

    run.end(number)

    assert list(root.iterdir()) == []
    assert processes_of(folder) == []


def test_a_signal_during_initdb_leaves_nothing(root: Path, start: Callable[[], Run]) -> None:
    run = start()
    while not list(root.glob(f"{PREFIX}*/data/base")):
        assert run.process.poll() is None
        time.sleep(0.005)

    run.end(signal.SIGINT)

    assert list(root.iterdir()) == []
    assert processes_of(root) == []


def test_what_a_killed_run_left_is_removed_by_the_next_one(
    root: Path, start: Callable[[], Run]
) -> None:
    killed = start()
    left = killed.folder()
    killed.end(signal.SIGKILL)
    assert processes_of(left)

    following = start()
    folder = following.folder()

    assert list(root.iterdir()) == [folder]
    assert processes_of(left) == []


def test_a_running_server_of_another_run_is_left_alone(start: Callable[[], Run]) -> None:
    first, second = start().folder(), start().folder()

    assert processes_of(first)
    assert processes_of(second)
    assert first.is_dir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down to another user")
def test_as_root_programs_nobody_else_can_reach_are_copied(
    embedded: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ash_scaffold.postgres.server.reachable", lambda _path: False)

    with throwaway_server(embedded) as server:
        assert server.programs.is_relative_to(server.folder)
        with psycopg.connect(as_uri(server.url("postgres"))) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_says_what_initdb_said_when_there_can_be_no_cluster(root: Path) -> None:
    programs = root / "bin"
    programs.mkdir()
    (programs / "initdb").write_text("#!/bin/sh\necho 'initdb: error: no room' >&2\nexit 1\n")
    (programs / "initdb").chmod(0o755)
    broken = Installation(bin=programs, major=16, version_text="16.1")

    with pytest.raises(ScaffoldError) as caught, throwaway_server(broken):
        pass

    [problem] = caught.value.problems
    assert problem.code is Code.NO_LOCAL_SERVER
    assert problem.what == (
        f"PostgreSQL 16.1 in {programs} could not make a database cluster: initdb: error: no room."
    )


def test_a_server_for_little_lies_in_memory_where_that_has_room(
    embedded: Installation, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(server_module, "_MEMORY", root)
    with throwaway_server(embedded, largest=1000) as server:
        assert server.folder.parent == root
        with psycopg.connect(as_uri(server.url("postgres"))) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert list(root.iterdir()) == []

    def memory(largest: int | None = 1000) -> Path | None:
        return server_module._memory(largest)

    assert memory() == root
    assert memory(largest=None) is None
    assert memory(largest=1 << 60) is None
    with monkeypatch.context() as patch:
        patch.setenv("TMPDIR", "/tmp")
        assert memory() is None
    with monkeypatch.context() as patch:
        patch.setattr(server_module, "_MEMORY", root / "none")
        assert memory() is None
    root.chmod(0o700)
    assert memory() is None
    root.chmod(0o777)


def test_a_killed_run_in_memory_is_removed_by_the_next_one(
    embedded: Installation, root: Path, monkeypatch: pytest.MonkeyPatch, start: Callable[[], Run]
) -> None:
    run = start()
    folder = run.folder()
    run.end(signal.SIGKILL)
    assert folder.exists()
    monkeypatch.setattr(server_module, "_MEMORY", root)
    with throwaway_server(embedded):
        assert not folder.exists()
