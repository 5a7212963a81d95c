"""What `make bench` runs, on schemas that are small."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_plain_and_rich_schemas_are_timed() -> None:
    options = "--tables 3 --rich 40 --runs 1 --no-sqlacodegen".split()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.run", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    rows = re.findall(r"^ *(3|40 rich)((?: +[\d.-]+)+)$", done.stdout, re.MULTILINE)
    assert [name for name, _ in rows] == ["3", "40 rich"]
    assert [len(cells.split()) for _, cells in rows] == [12, 12]
