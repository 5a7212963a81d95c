"""A bar on a terminal, and nowhere else, shows which share of a dump is loaded."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

DUMP = (
    "".join(
        f"CREATE TABLE t{number} (id int PRIMARY KEY, "
        + ", ".join(f"column_number_{n} integer" for n in range(60))
        + ");\n"
        for number in range(12)
    )
    + "SELECT pg_sleep(0.8);\n"
)
MIX = "defmodule Shop.MixProject do\n  def project, do: [app: :shop]\nend\n"


def run(folder: Path, *arguments: str) -> str:
    """Return what a command writes to a terminal on its standard error."""
    (folder / "mix.exs").write_text(
        "defmodule Shop.MixProject do\n  def project, do: [app: :shop]\nend\n"
    )
    (folder / "structure.sql").write_text(DUMP)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ash_scaffold", *arguments, "--dump", "structure.sql"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(ours)
    process.wait(60)
    return shown.decode()


@pytest.mark.parametrize("command", ["inspect", "init"])
def test_the_share_is_shown(tmp_path: Path, command: str) -> None:
    shown = run(tmp_path, command)
    assert re.search(r"Loading the dump: \d+ %", shown)


def test_json_has_no_bar(tmp_path: Path) -> None:
    assert "Loading" not in run(tmp_path, "inspect", "--json")
