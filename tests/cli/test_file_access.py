"""How often a run opens the files of a project: each is read once, whatever asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psycopg
import pytest


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]

# Says on standard error which files of the working folder are opened, as Python itself tells it.
OPENED = """
import os, sys
root, report = os.getcwd() + "/", os.dup(2)
def hook(event, arguments):
    if event == "open" and str(arguments[0]).startswith(root):
        path = os.fsencode(arguments[0]).removeprefix(root.encode())
        os.write(report, b"opened " + path + b"\\n")
sys.addaudithook(hook)
"""
TABLES = "".join(f"CREATE TABLE t{n} (id bigserial PRIMARY KEY, a text);" for n in range(5))


# One of each in a project; the second is the one that is written beside the snapshots.
FEW = {"mix.exs", "config/config.exs", "local"}


def opened(done: Done) -> Counter[str]:
    lines = [line.split() for line in done.err.splitlines()]
    return Counter(line[1] for line in lines if line[:1] == ["opened"])


def several(counted: Counter[str]) -> set[str]:
    """The files that were opened more than once."""
    local = "priv/ash_scaffold/.local/"
    return {
        "local" if path.startswith(local) else path for path, count in counted.items() if count > 1
    }


@pytest.fixture
def made(project: Path, database: Callable[..., str], run: Run) -> str:
    """A database whose resources and document are there; its URL."""
    assert project.is_dir()
    url = database(TABLES)
    first = run("resources", "--no-format", "--domain", "Shop.Sales", "--url", url)
    assert (first.code, run("document", "--url", url).code) == (0, 0)
    return url


COMMANDS = (("resources", "--no-format", "-q"), ("check",), ("document", "-q"), ("plan",))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_run_with_nothing_to_do_opens_each_file_once(
    process: Run, made: str, command: tuple[str, ...]
) -> None:
    done = process(*command, "--url", made, program=OPENED)
    counted = opened(done)
    assert done.code == 0
    assert counted["lib/shop/sales/t1.ex"] == 1
    assert several(counted) <= FEW


@pytest.mark.parametrize("command", COMMANDS)
def test_a_change_opens_only_what_it_changes_again(
    process: Run, made: str, command: tuple[str, ...]
) -> None:
    with psycopg.connect(made, autocommit=True) as connection:
        connection.execute("ALTER TABLE t1 ADD COLUMN b text")
    counted = opened(process(*command, "--url", made, program=OPENED))
    assert counted["lib/shop/sales/t1.ex"] >= 1
    changed = {path for path in several(counted) if "t1" in path or path.startswith("docs/")}
    staged = {path for path in counted if path.startswith("priv/ash_scaffold/.write/")}
    assert several(counted) <= FEW | changed | staged
    assert max(counted.values()) <= 3
