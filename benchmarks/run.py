"""Times ash-scaffold beside `pg_dump --schema-only`, and says which aims are met.

    python -m benchmarks.run                                # all rows, on all processors and on one
    python -m benchmarks.run --rows rich again --pairs 9
    python -m benchmarks.run --rows rich --cpu --cores all  # on a machine that has other work
    python -m benchmarks.run --list

README.md beside this file says how to read the table.
"""

from __future__ import annotations

import argparse
import compileall
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Literal, NamedTuple

import msgspec

import ash_scaffold
from ash_scaffold.postgres.installation import choose_installations, embedded_installation
from ash_scaffold.postgres.server import throwaway_server
from benchmarks.processes import Spent, one_processor, processors
from benchmarks.scenarios import Bench, Pair

Measure = Literal["ratio", "less start-up", "seconds", "megabytes", "growth"]
Results = Mapping[tuple[str, str], Sequence[Pair]]


class Row(NamedTuple):
    """A line of the table: what is run on which schema, and what its figure may be at most.

    `ratio` is the time of the program by that of its rival, `less start-up` the same without what
    both take on a single table, `growth` the time less start-up by ten times that on a tenth of
    the tables: 1 is linear.
    """

    name: str
    what: str
    schema: str
    step: str
    measure: Measure
    aim: float | None = None


ROWS = (
    Row("help", "--help", "start", "help", "seconds", 0.15),
    Row("version", "--version", "start", "version", "seconds", 0.15),
    Row("start", "run on one table", "start", "whole", "seconds", 0.35),
    Row("plain", "whole run, 1,000 plain", "plain", "whole", "less start-up", 1.5),
    Row("plain-again", "nothing to change, 1,000 plain", "plain", "again", "ratio"),
    Row("edited-plain", "edited, 1,000 plain", "plain", "edited", "ratio", 5),
    Row("rich", "whole run, 1,000 rich", "rich", "whole", "ratio", 1.3),
    Row("again", "nothing to change, 1,000 rich", "rich", "again", "ratio", 0.6),
    Row("again-known", "the same, remembered", "rich", "again known", "ratio", 0.6),
    Row("check", "check, nothing to report, rich", "rich", "check", "ratio", 0.7),
    Row("check-known", "the same, remembered", "rich", "check known", "ratio", 0.7),
    Row("check-change", "check, a column more, rich", "rich", "change", "ratio"),
    Row("edited-rich", "edited, 1,000 rich", "rich", "edited", "ratio", 3),
    Row("memory-rich", "memory, 1,000 rich", "rich", "whole", "megabytes", 120),
    Row("gitlab", "whole run, GitLab's shape", "gitlab", "whole", "ratio", 0.8),
    Row("gitlab-again", "nothing to change, GitLab's shape", "gitlab", "again", "ratio"),
    Row("dump", "from a dump / psql -f, 1,000 plain", "dump plain", "whole", "ratio", 1.3),
    Row("dump-rich", "from a dump / psql -f, 1,000 rich", "dump rich", "whole", "ratio", 1.3),
    Row("dump-first", "the same, first of all runs", "dump rich", "first", "ratio"),
    Row("large", "whole run, 10,000 plain", "large", "whole", "ratio", 1.5),
    Row("large-again", "nothing to change, 10,000 plain", "large", "again", "ratio"),
    Row("growth", "whole run, 10 x 1,000 to 10,000", "large", "whole", "growth", 1.1),
    Row("growth-again", "nothing to change, the same", "large", "again", "growth", 1.1),
    Row("memory-large", "memory, 10,000 plain", "large", "whole", "megabytes", 700),
)
_SCHEMAS = ("start", "plain", "rich", "gitlab", "dump plain", "dump rich", "large")
_UNITS = {"ratio": "x", "less start-up": "x", "growth": "x", "seconds": "s", "megabytes": "MB"}
_MEGABYTE = 1_000_000


def main() -> None:
    """Run the rows that the command line asks for, and print each schema's as they are done."""
    options = _options()
    rows = [row for row in ROWS if not options.rows or row.name in options.rows]
    if options.list:
        for row in ROWS:
            print(f"{row.name:13}{row.what}")
        return
    embedded = None if options.local else embedded_installation()
    installation = embedded or choose_installations(None)[0]
    _compile_package()
    # The projects are deleted at the end only: ext4 is slow to make files after it freed many.
    with (
        throwaway_server(installation) as server,
        tempfile.TemporaryDirectory(prefix="ash-scaffold-bench-") as folder,
    ):
        bench = Bench(server, _tool(), Path(folder), scale=options.scale, reports=options.phases)
        ways = _ways(options.cores)
        spent: Callable[[Spent], float] = _processor if options.cpu else _seconds
        unit = "processor time with the server's" if options.cpu else "time by the clock"
        print(f"{server.description}, {processors()} processors, {options.pairs} pairs, {unit}")
        if options.scale != 1:
            print(f"with {options.scale:g} times the tables that are named, so no verdict counts")
        results: dict[str, dict[tuple[str, str], list[Pair]]] = {way: {} for way in ways}
        print(_headings(ways), flush=True)
        took: dict[str, float] = {}
        for schema, steps in _needed(rows).items():
            began = time.monotonic()
            pairs = options.pairs if schema != "large" else min(options.pairs, options.large_pairs)
            for way in ways:
                with _processors(way, bench.server_process):
                    for step, found in bench.measure(schema, steps, pairs).items():
                        results[way][schema, step] = found
            for row in rows:
                if row.schema == schema:
                    print(_line(row, results, spent), flush=True)
            took[schema] = time.monotonic() - began
        if options.phases:
            _print_phases(results)
        each = ", ".join(f"{schema} {_clock(seconds)}" for schema, seconds in took.items())
        print(f"\ntook {_clock(sum(took.values()))} minutes: {each}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    names = [row.name for row in ROWS]
    parser.add_argument("--rows", nargs="+", choices=names, metavar="ROW", help="see --list")
    parser.add_argument("--list", action="store_true", help="print the names of the rows")
    parser.add_argument("--pairs", type=int, default=5, help="how often each is run")
    parser.add_argument(
        "--large-pairs", type=int, default=3, help="the same for 10,000 tables, at most"
    )
    parser.add_argument(
        "--cores", nargs="+", choices=("all", "one"), default=("all", "one"), metavar="all|one"
    )
    parser.add_argument(
        "--cpu", action="store_true", help="compare processor time, with the server's"
    )
    parser.add_argument(
        "--phases", action="store_true", help="print what the tool says of its phases, too"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="of the numbers of tables")
    parser.add_argument(
        "--local", action="store_true", help="use the PostgreSQL of this machine, not the embedded"
    )
    return parser.parse_args()


def _compile_package() -> None:
    """Compile the tool's modules, as pip does with a package that it installs for users.

    It leaves those of an editable installation to their first import, which writes nothing where
    `PYTHONDONTWRITEBYTECODE` is set: each run would then compile them once more.
    """
    compileall.compile_dir(Path(ash_scaffold.__file__).parent, quiet=1)


def _clock(seconds: float) -> str:
    return f"{seconds // 60:.0f}:{seconds % 60:02.0f}"


def _tool() -> list[str]:
    script = Path(sys.executable).with_name("ash-scaffold")
    return [str(script)] if script.exists() else [sys.executable, "-m", "ash_scaffold"]


def _needed(rows: Sequence[Row]) -> dict[str, set[str]]:
    """Return the steps to run by schema, in order."""
    needed: dict[str, set[str]] = {schema: set() for schema in _SCHEMAS}
    for row in rows:
        needed[row.schema].add(row.step)
        if row.measure in ("less start-up", "growth"):
            needed["start"].add("whole")
        if row.measure == "growth":
            needed["plain"].add(row.step)
    return {schema: steps for schema, steps in needed.items() if steps}


def _ways(cores: Sequence[str]) -> list[str]:
    if hasattr(os, "sched_setaffinity") and processors() > 1:
        return list(dict.fromkeys(cores))
    return ["all"]


@contextlib.contextmanager
def _processors(way: str, server: int) -> Iterator[None]:
    with one_processor(server) if way == "one" else contextlib.nullcontext():
        yield


def _seconds(spent: Spent) -> float:
    return spent.seconds


def _processor(spent: Spent) -> float:
    return spent.processor


class Judged(NamedTuple):
    """Medians of the program and of its rival, if it has one, and the figure that has the aim."""

    program: float
    rival: float | None
    figure: float


def judge(row: Row, results: Results, spent: Callable[[Spent], float]) -> Judged:
    """Return the figure of a row: the median of its pairs' own."""
    pairs = results[row.schema, row.step]
    program = median(spent(pair.program) for pair in pairs)
    rivals = [spent(pair.rival) for pair in pairs if pair.rival is not None]
    rival = median(rivals) if rivals else None
    match row.measure:
        case "seconds":
            return Judged(program, rival, program)
        case "megabytes":
            peak = max(pair.program.peak for pair in pairs)
            return Judged(program, rival, peak / _MEGABYTE)
        case "growth":
            start = judge(_START, results, spent).program
            base = median(spent(pair.program) for pair in results["plain", row.step])
            return Judged(program, rival, (program - start) / (base - start) / 10)
    started = judge(_START, results, spent) if row.measure == "less start-up" else _NOTHING
    figure = median(
        (spent(pair.program) - started.program) / (spent(pair.rival) - (started.rival or 0))
        for pair in pairs
        if pair.rival is not None
    )
    return Judged(program, rival, figure)


_START = next(row for row in ROWS if row.name == "start")
_NOTHING = Judged(0, 0, 0)


def _headings(ways: Sequence[str]) -> str:
    named = {"all": "all processors", "one": "one processor"}
    above = "".join(f"   {named[way]:^39}" for way in ways)
    below = "".join(f"   {'seconds':>8} {'rival':>7}  {'figure':>8}  {'verdict':10}" for _ in ways)
    return f"{'':58}{above.rstrip()}\n{'row':14}{'what':36}{'aim':>8}{below.rstrip()}"


def _line(row: Row, results: Mapping[str, Results], spent: Callable[[Spent], float]) -> str:
    unit = _UNITS[row.measure]
    aim = "" if row.aim is None else f"{row.aim:g} {unit}"
    cells = ""
    for each in results.values():
        found = judge(row, each, spent)
        rival = "" if found.rival is None else f"{found.rival:.2f}"
        digits = 0 if row.measure == "megabytes" else 2
        verdict = "" if row.aim is None else "met" if found.figure <= row.aim else "missed"
        figure = f"{found.figure:.{digits}f} {unit}"
        cells += f"   {found.program:8.2f} {rival:>7}  {figure:>8}  {verdict:10}"
    return f"{row.name:14}{row.what:36}{aim:>8}{cells}".rstrip()


class Report(msgspec.Struct):
    """What is read of the tool's `--json` output."""

    timings: dict[str, float]


def _print_phases(results: Mapping[str, Results]) -> None:
    """Print medians of the seconds that the tool itself reports."""
    print("\nphases, in seconds")
    for way, each in results.items():
        for (schema, step), pairs in each.items():
            reports = [
                msgspec.json.decode(pair.program.output, type=Report).timings
                for pair in pairs
                if pair.program.output.startswith(b"{")
            ]
            if reports:
                phases = {name: median(one[name] for one in reports) for name in reports[0]}
                shown = ", ".join(f"{name} {seconds:.2f}" for name, seconds in phases.items())
                print(f"{schema}, {step}, {way}: {shown}")


if __name__ == "__main__":
    main()
