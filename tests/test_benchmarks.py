"""What `make bench` runs, on schemas that are small."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.processes import Spent
from benchmarks.run import ROWS, judge
from benchmarks.scenarios import Pair

ROOT = Path(__file__).resolve().parents[1]


def bench(*options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.run", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.slow
def test_every_row_is_measured_on_all_processors_and_on_one() -> None:
    output = bench("--scale", "0.02", "--pairs", "1", "--phases")
    table, phases = output.split("\nphases, in seconds\n")
    found = {line.split()[0]: line for line in table.splitlines()[3:]}
    assert set(found) - {"row"} == {row.name for row in ROWS}
    for row in ROWS:
        verdicts = found[row.name].split().count("met") + found[row.name].split().count("missed")
        assert (verdicts > 0) == (row.aim is not None), found[row.name]
    assert "rich, edited, all: project " in phases


def test_rows_can_be_chosen() -> None:
    table, times = bench("--rows", "version", "--pairs", "1", "--cores", "all").split("\n\n")
    assert [line.split()[0] for line in table.splitlines()[2:]] == ["row", "version"]
    assert re.fullmatch(r"took 0:\d\d minutes: start 0:\d\d\n", times)


def spent(seconds: float, *, peak: int = 0) -> Spent:
    return Spent(seconds, seconds * 2, peak, b"")


def test_a_figure_is_the_median_of_its_pairs() -> None:
    rows = {row.name: row for row in ROWS}
    results = {
        ("start", "whole"): [Pair(spent(0.5), spent(0.1))],
        ("rich", "whole"): [
            Pair(spent(2, peak=90_000_000), spent(1)),
            Pair(spent(9, peak=80_000_000), spent(3)),
            Pair(spent(8), spent(2)),
        ],
        ("plain", "whole"): [Pair(spent(1.5), spent(0.6))],
        ("large", "whole"): [Pair(spent(12.5), spent(6))],
    }

    def figure(name: str) -> float:
        return judge(rows[name], results, lambda spent: spent.seconds).figure

    assert figure("rich") == 3
    assert figure("memory-rich") == 90
    assert figure("start") == 0.5
    assert figure("plain") == pytest.approx(2)
    assert figure("growth") == pytest.approx(1.2)
    assert judge(rows["rich"], results, lambda spent: spent.processor).program == 16
