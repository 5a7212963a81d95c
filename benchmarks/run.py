"""Times a run of ash-scaffold beside `pg_dump --schema-only` and sqlacodegen.

    python -m benchmarks.run          # 100, 1000 and 5000 plain tables, and 1000 rich ones
    python -m benchmarks.run --tables 10000 --rich 0 --no-sqlacodegen

Every tool reads the same database, in a throw-away server on this machine, one after the other
and in turns; the table shows medians, in seconds of wall time of the whole process. The phases
are those that the tool reports itself; `edited` is a run after somebody edited every resource
and a tenth of the tables got a column. Below the table stand the aims and what was measured.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median

import msgspec
import psycopg

from ash_scaffold.postgres.installation import choose_installations, embedded_installation
from ash_scaffold.postgres.server import Server, throwaway_server
from benchmarks.schema import PLAIN, RICH, statements

PHASES = ("reflection", "planning", "rendering", "comparing", "writing")
# A transaction that makes more tables than this may run out of locks.
CHUNK = 400
# The aims: seconds to start, and times what pg_dump takes.
START_UP, RICH_WHOLE, PLAIN_REST = 0.6, 1.0, 1.5

MIX_EXS = """\
defmodule App.MixProject do
  use Mix.Project

  def project, do: [app: :app, version: "0.1.0", deps: deps()]

  defp deps, do: [{:ash, "~> 3.32"}, {:ash_postgres, "~> 2.12"}]
end
"""
REPO = """\
defmodule App.Repo do
  use AshPostgres.Repo, otp_app: :app
end
"""


# What somebody writes into every resource, and the tables of a schema.
EDIT = ("  attributes do\n", "  attributes do\n    # Ours.\n    attribute :draft, :string\n\n")
TABLES = (
    "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND NOT relispartition "
    "AND relnamespace = 'public'::regnamespace ORDER BY 1"
)


class Report(msgspec.Struct):
    """What is read of the tool's `--json` output."""

    timings: dict[str, float]


class Measured(msgspec.Struct, frozen=True):
    """Medians for a schema of so many tables, in seconds; None for what was not run."""

    tables: int
    rich: bool
    phases: dict[str, float]
    whole: float
    again: float
    edited: float
    pg_dump: float
    sqlacodegen: float | None


def main() -> None:
    """Run the benchmark as the command line asks and print its table."""
    options = _options()
    embedded = None if options.local else embedded_installation()
    installation = embedded or choose_installations(None)[0]
    schemas = [(count, False) for count in options.tables]
    schemas += [(options.rich, True)] if options.rich else []
    # The projects are deleted at the end only: ext4 is slow to make files after it freed many.
    with (
        throwaway_server(installation) as server,
        tempfile.TemporaryDirectory(prefix="ash-scaffold-bench-") as folder,
    ):
        bench = Bench(server, _tool(), Path(folder), options.runs)
        print(f"{server.description}, medians of {options.runs}, seconds", flush=True)
        help_time, least = bench.start_up()
        print(f"start-up: --help {help_time:.2f}, a run on one table {least:.2f}\n", flush=True)
        print(_row(_HEADINGS), flush=True)
        found = []
        for count, rich in schemas:
            found.append(bench.measure(count, rich=rich, sqlacodegen=options.sqlacodegen))
            print(_row(_cells(found[-1], least)), flush=True)
    print()
    print(_aim("start-up", least, START_UP, "s"))
    for measured in found:
        ratio, aim = _judged(measured, least)
        what = "whole run" if measured.rich else "run less start-up"
        print(_aim(f"{_name(measured)}: {what}", ratio, aim, "x pg_dump"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tables", type=int, nargs="+", default=[100, 1000, 5000])
    parser.add_argument("--rich", type=int, default=1000, help="tables of the rich schema, or 0")
    parser.add_argument("--runs", type=int, default=3, help="how often each tool is run")
    parser.add_argument("--no-sqlacodegen", dest="sqlacodegen", action="store_false")
    parser.add_argument(
        "--local", action="store_true", help="use the PostgreSQL of this machine, not the embedded"
    )
    return parser.parse_args()


def _tool() -> list[str]:
    script = Path(sys.executable).with_name("ash-scaffold")
    return [str(script)] if script.exists() else [sys.executable, "-m", "ash_scaffold"]


class Bench:
    """Runs the tools on one server; every run gets a new project below `folder`."""

    def __init__(self, server: Server, tool: Sequence[str], folder: Path, runs: int) -> None:
        self._server = server
        self._tool = tool
        self._folder = folder
        self._runs = runs

    def start_up(self) -> tuple[float, float]:
        """Time `--help`, and a run with nothing much to do; the first of each only warms up."""
        ddl = iter(["CREATE TABLE things (id bigint PRIMARY KEY)"])
        url = _database(self._server, "least", ddl)
        self._generate(url)
        _timed([*self._tool, "--help"])
        return (
            median(_timed([*self._tool, "--help"]) for _ in range(self._runs)),
            median(self._generate(url)[0] for _ in range(self._runs)),
        )

    def measure(self, tables: int, *, rich: bool, sqlacodegen: bool) -> Measured:
        """Time all tools on a new schema."""
        name = f"{'rich' if rich else 'plain'}_{tables}"
        url = _database(self._server, name, statements(tables, RICH if rich else PLAIN))
        program = str(self._server.installation.bin / "pg_dump")
        pg_dump = [program, "--schema-only", "--file=/dev/null", url]
        dumps, wholes, agains = [], [], []
        phases: dict[str, list[float]] = {phase: [] for phase in PHASES}
        for _ in range(self._runs):
            dumps.append(_timed(pg_dump))
            whole, again, timings = self._generate(url)
            wholes.append(whole)
            agains.append(again)
            for phase in PHASES:
                phases[phase].append(timings[phase])
        return Measured(
            tables=tables,
            rich=rich,
            phases={phase: median(times) for phase, times in phases.items()},
            whole=median(wholes),
            again=median(agains),
            edited=self._edited(url),
            pg_dump=median(dumps),
            sqlacodegen=_sqlacodegen(url) if sqlacodegen else None,
        )

    def _generate(self, url: str) -> tuple[float, float, dict[str, float]]:
        """Run the main job twice in a new project: give both times, and the first one's phases."""
        command, project = self._command(url), self._project()
        reports: list[bytes] = []
        whole = _timed(command, project, reports.append)
        again = _timed(command, project)
        return whole, again, msgspec.json.decode(reports[0], type=Report).timings

    def _edited(self, url: str) -> float:
        """Time the run after somebody edited every resource, and the database some tables."""
        command, project = self._command(url), self._project()
        _timed(command, project)
        for path in (project / "lib" / "app" / "all").glob("*.ex"):
            path.write_text(path.read_text().replace(*EDIT, 1))
        with psycopg.connect(url, autocommit=True) as connection:
            tables = connection.execute(TABLES).fetchall()
            for (table,) in tables[::10]:
                connection.execute(f"ALTER TABLE {table} ADD COLUMN remark text".encode())
        return _timed(command, project)

    def _command(self, url: str) -> list[str]:
        command = [*self._tool, "resources", "--domain", "App.All", "--url", url]
        return [*command, "--no-format", "--no-legacy", "--json"]

    def _project(self) -> Path:
        project = Path(tempfile.mkdtemp(dir=self._folder))
        (project / "lib" / "app").mkdir(parents=True)
        (project / "mix.exs").write_text(MIX_EXS)
        (project / "lib" / "app" / "repo.ex").write_text(REPO)
        return project


def _sqlacodegen(url: str) -> float:
    """Time sqlacodegen once: it takes minutes where the others take seconds."""
    program = Path(sys.executable).with_name("sqlacodegen")
    target = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return _timed([str(program), "--outfile", "/dev/null", target])


def _timed(
    command: Sequence[str],
    folder: Path | None = None,
    keep: Callable[[bytes], object] = lambda _: None,
) -> float:
    """Return the seconds that a command takes; end the benchmark when it fails."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        output = (done.stderr or done.stdout).decode(errors="replace")
        sys.exit(f"{Path(command[0]).name} ended with {done.returncode}:\n{output[-2000:]}")
    keep(done.stdout)
    return seconds


def _database(server: Server, name: str, ddl: Iterator[str]) -> str:
    """Make a database of those statements, with fresh statistics, and return its URL."""
    with psycopg.connect(_url(server, "postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    url = _url(server, name)
    with psycopg.connect(url, autocommit=True) as connection:
        while chunk := list(islice(ddl, CHUNK)):
            connection.execute(";\n".join(chunk).encode())
        # A database in use has its catalogs vacuumed and analyzed: all plans depend on it.
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    # A run ends with a sync: it is not to wait for what making the database left to write.
    os.sync()
    return url


def _url(server: Server, database: str) -> str:
    url = server.url(database).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


_HEADINGS = (
    "   tables",
    *PHASES,
    "whole run",
    "again",
    "edited",
    "pg_dump",
    "sqlacodegen",
    "run / pg_dump",
    "less start-up",
)


def _judged(measured: Measured, least: float) -> tuple[float, float]:
    """Return the ratio that a schema is judged by, and the aim."""
    if measured.rich:
        return measured.whole / measured.pg_dump, RICH_WHOLE
    return (measured.whole - least) / measured.pg_dump, PLAIN_REST


def _aim(what: str, found: float, aim: float, unit: str) -> str:
    verdict = "met" if found <= aim else "missed"
    return f"{what} {found:.2f} {unit}, aim {aim:.2f}: {verdict}"


def _name(measured: Measured) -> str:
    return f"{measured.tables}{' rich' if measured.rich else ''}"


def _cells(measured: Measured, least: float) -> tuple[str, ...]:
    return (
        _name(measured),
        *(f"{measured.phases[phase]:.2f}" for phase in PHASES),
        f"{measured.whole:.2f}",
        f"{measured.again:.2f}",
        f"{measured.edited:.2f}",
        f"{measured.pg_dump:.2f}",
        "-" if measured.sqlacodegen is None else f"{measured.sqlacodegen:.2f}",
        f"{measured.whole / measured.pg_dump:.2f}",
        f"{(measured.whole - least) / measured.pg_dump:.2f}",
    )


def _row(cells: Sequence[str]) -> str:
    return "  ".join(
        cell.rjust(len(heading)) for cell, heading in zip(cells, _HEADINGS, strict=True)
    )


if __name__ == "__main__":
    main()
