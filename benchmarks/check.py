"""Times `ash-scaffold check` beside its own reflection: `python -m benchmarks.check`.

A schema of 1,000 tables is generated once and checked three times as it is, and three times after
a column was added to one table. The phases are those that the tool reports itself; the aim is that
all of them together take at most three times the reflection.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median

import msgspec
import psycopg

from ash_scaffold.postgres.installation import choose_installations, embedded_installation
from ash_scaffold.postgres.server import Server, throwaway_server
from benchmarks.schema import PLAIN, RICH, statements

AIM = 3.0
RUNS = 3
# A transaction that makes more tables than this may run out of locks.
CHUNK = 400
FILES = {
    "mix.exs": "defmodule App.MixProject do\n  def project, do: [app: :app]\nend\n",
    "lib/app/repo.ex": "defmodule App.Repo do\n  use AshPostgres.Repo, otp_app: :app\n\n"
    "  def migrate_extensions?, do: false\nend\n",
}


class Report(msgspec.Struct):
    """What is read of `check --format json`."""

    timings: dict[str, float]
    counts: dict[str, int]


def main() -> None:
    """Print a line for each schema and state."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tables", type=int, default=1000)
    options = parser.parse_args()
    installation = embedded_installation() or choose_installations(None)[0]
    with throwaway_server(installation) as server:
        for rich in (False, True):
            ddl = statements(options.tables, RICH if rich else PLAIN)
            url = _database(server, "rich" if rich else "plain", ddl)
            with tempfile.TemporaryDirectory(prefix="ash-scaffold-bench-") as folder:
                project = _project(Path(folder), url)
                name = f"{options.tables}{' rich' if rich else ''}"
                print(_line(f"{name}: check", project, url), flush=True)
                _run_ddl(url, iter([f"ALTER TABLE {_plain_table(url)} ADD COLUMN remark text"]))
                print(_line(f"{name}: check, a column more", project, url), flush=True)


def _project(folder: Path, url: str) -> Path:
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    command = ["resources", "--domain", "App.All", "--url", url, "--no-format", "--quiet"]
    _tool(command, folder, codes=(0,))
    return folder


def _line(what: str, project: Path, url: str) -> str:
    found = [_check(project, url) for _ in range(RUNS)]
    phases = {name: median(r.timings[name] for _, r in found) for name in found[0][1].timings}
    # Text for people has no hand-over unless it is asked for.
    phases.pop("hand-over", None)
    spent = sum(phases.values()) / phases["reflection"]
    shown = ", ".join(f"{name} {seconds:.2f}" for name, seconds in phases.items())
    verdict = "met" if spent <= AIM else "missed"
    whole = median(seconds for seconds, _ in found)
    return (
        f"{what} {spent:.2f} x its reflection, aim {AIM:.2f}: {verdict} "
        f"({shown}; {whole:.2f} s with start-up, findings {sum(found[0][1].counts.values())})"
    )


def _check(project: Path, url: str) -> tuple[float, Report]:
    start = time.perf_counter()
    output = _tool(["check", "--url", url, "--format", "json"], project, codes=(0, 1))
    return time.perf_counter() - start, msgspec.json.decode(output, type=Report)


def _tool(arguments: Sequence[str], folder: Path, *, codes: Sequence[int]) -> bytes:
    command = [sys.executable, "-m", "ash_scaffold", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if done.returncode not in codes:
        sys.exit(f"{arguments[0]} ended with {done.returncode}:\n{done.stderr.decode()[-2000:]}")
    return done.stdout


def _database(server: Server, name: str, ddl: Iterator[str]) -> str:
    """Make a database of those statements, with fresh statistics, and return its URL."""
    url = server.url("postgres").set(drivername="postgresql")
    _run_ddl(url.render_as_string(hide_password=False), iter([f"CREATE DATABASE {name}"]))
    made = url.set(database=name).render_as_string(hide_password=False)
    _run_ddl(made, ddl)
    _run_ddl(made, iter(["VACUUM ANALYZE"]))
    return made


def _run_ddl(url: str, ddl: Iterator[str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        while chunk := list(islice(ddl, CHUNK)):
            connection.execute(";\n".join(chunk).encode())


def _plain_table(url: str) -> str:
    question = (
        "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND NOT relispartition "
        "AND relnamespace = 'public'::regnamespace ORDER BY relname LIMIT 1"
    )
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return str(row[0])


if __name__ == "__main__":
    main()
