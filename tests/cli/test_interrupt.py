"""Ctrl-C at any moment: exit 130, nothing half written, nothing left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from ash_scaffold.project.write import locked


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
Tree = Callable[[Path], dict[str, bytes]]

# Runs the tool with a function that sends SIGINT to the process at its nth call.
PRESS = """
import importlib, os, signal, sys
def press(module, name, nth=1):
    owner = importlib.import_module(module)
    for part in name.split(".")[:-1]:
        owner = getattr(owner, part)
    last = name.split(".")[-1]
    original, calls = getattr(owner, last), []
    def replacement(*arguments, **options):
        calls.append(1)
        if len(calls) == nth:
            os.kill(os.getpid(), signal.SIGINT)
        return original(*arguments, **options)
    setattr(owner, last, replacement)
"""
MOMENTS = {
    "reading the project": 'press("ash_scaffold.session", "read_project")',
    "reading the database": 'press("ash_scaffold.postgres.reflect", "read_catalog")',
    "planning": 'press("ash_scaffold.session", "plan")',
    "rendering": 'press("ash_scaffold.generate.run", "Renderer.resource")',
    "comparing": 'press("ash_scaffold.generate.run", "regenerate")',
    "before the first byte": 'press("ash_scaffold.generate.run", "write_files")',
    "preparing the journal": 'press("ash_scaffold.project.journal", "Journal.prepare")',
    "applying the journal": 'press("ash_scaffold.project.journal", "Journal.apply")',
    "the second file": 'press("ash_scaffold.project.journal", "place", 2)',
    "the third file": 'press("ash_scaffold.project.journal", "place", 3)',
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_project_stays_as_it_was(
    project: Path, shop: str, process: Run, files_of: Tree, moment: str
) -> None:
    before = files_of(project)
    done = process(
        *("resources", "--no-format", "--domain", "Shop.Sales", "--url", shop),
        program=PRESS + MOMENTS[moment],
    )
    assert (done.code, done.out, done.err) == (
        130,
        "",
        "\nInterrupted; nothing was left half done.\n",
    )
    assert files_of(project) == before


def test_after_the_last_file_the_write_is_whole(
    project: Path, shop: str, process: Run, resources: Run, files_of: Tree
) -> None:
    done = process(
        *("resources", "--no-format", "--domain", "Shop.Sales", "--url", shop),
        program=PRESS + 'press("ash_scaffold.cli.summary", "print_outcome")',
    )
    assert done.code == 130
    after = files_of(project)
    assert resources("--url", shop).code == 0
    assert files_of(project) == after


def test_a_second_run_says_that_it_waits_for_the_first(
    project: Path, shop: str, resources: Run, files_of: Tree
) -> None:
    command = (sys.executable, "-m", "ash_scaffold", "resources", "--no-format")
    arguments = ("--domain", "Shop.Sales", "--url", shop, "--quiet")
    with locked(project):
        started = subprocess.Popen(
            [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert started.stderr is not None
        told = started.stderr.readline()
        assert told == "Another run is writing in this project; waiting for it.\n"
        assert not (project / "lib/shop/sales.ex").exists()
    out, err = started.communicate(timeout=60)
    assert (started.returncode, out, err) == (0, "", "")
    after = files_of(project)
    assert resources("--url", shop).code == 0
    assert files_of(project) == after


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for servers, near the root: a socket's path must be short."""
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        monkeypatch.setenv("TMPDIR", name)
        yield folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_while_a_dump_is_loaded_the_server_goes_too(
    project: Path,
    temporary: Path,
    files_of: Tree,
    add: Callable[[Path, Mapping[str, str]], None],
    number: signal.Signals,
    code: int,
) -> None:
    add(project, {"slow.sql": "CREATE TABLE a (id int);\nSELECT pg_sleep(600);\n"})
    before = files_of(project)
    command = (
        *(sys.executable, "-m", "ash_scaffold", "resources", "--domain", "Shop.Sales"),
        *("--dump", "slow.sql"),
    )
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not list(temporary.glob("*/data/postmaster.pid")) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(1.0)  # for the dump to get to its long statement
    started.send_signal(number)
    out, _ = started.communicate(timeout=60)
    assert (started.returncode, out) == (code, b"")
    assert files_of(project) == before
    assert list(temporary.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "endless",
    [
        "SELECT pg_sleep(600);",
        "DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(1); EXCEPTION WHEN OTHERS THEN NULL; END;"
        " END LOOP; END $$;",
        "CREATE EXTENSION hstore;\nSELECT count(*) FROM generate_series(1, 1e12);",
    ],
)
def test_a_dump_without_an_end_ends_with_the_time_it_has(
    endless: str,
    project: Path,
    temporary: Path,
    files_of: Tree,
    process: Run,
    add: Callable[[Path, Mapping[str, str]], None],
) -> None:
    add(project, {"slow.sql": f"CREATE TABLE a (id int);\n{endless}\n"})
    before = files_of(project)
    done = process(*("resources", "--domain", "Shop.Sales", "--dump", "slow.sql", "--timeout", "4"))
    assert (done.code, done.out) == (2, "")
    assert "The dump was not loaded within 4 seconds." in done.err
    assert "--timeout SECONDS" in done.err
    assert files_of(project) == before
    assert list(temporary.iterdir()) == []
