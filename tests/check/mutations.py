"""The mutation test as a command: `python -m tests.check.mutations` prints its table.

Each kind of DDL is done to up to five objects of each schema, in a transaction that is rolled
back. The table has the mutations, how many `check` named in the right words, how many were gone
after `resources`, and the findings that no mutation explains.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from tests.check.ddl import KINDS
from tests.check.mutate import Outcome, project_of
from tests.corpus.corpus import DUMPS, Dump
from tests.elixir.merging import Dice

from ash_scaffold.packaged import data_path
from ash_scaffold.postgres.dump import load, read_dump
from ash_scaffold.postgres.installation import embedded_installation
from ash_scaffold.postgres.server import throwaway_server

ROOT = Path(__file__).parents[2]
SEED = 7


class Result(msgspec.Struct, frozen=True):
    """What came of a schema; `unchanged` is what was found though nothing was changed."""

    schema: str
    unchanged: tuple[str, ...]
    outcomes: tuple[Outcome, ...]


class Row(msgspec.Struct, frozen=True):
    """A line of the table."""

    kind: str
    mutations: int
    detected: int
    gone: int
    alarms: int


def schemas() -> tuple[Dump, ...]:
    """Return the sample project's schema, that of `tests/check/odd.sql`, and the corpus."""
    own = (
        Dump(data_path("sample_project") / "priv/repo/structure.sql", ("public", "ledger")),
        Dump(Path(__file__).with_name("odd.sql"), ("public", "other")),
    )
    return (*own, *DUMPS.values())


def run(schema: Dump) -> Result:
    """Mutate one schema, in a server of its own."""
    installation = embedded_installation()
    assert installation is not None, "the extra 'embedded' is missing"
    with throwaway_server(installation) as server:
        load(server, "mutated", [read_dump(schema.path)])
        with project_of(schema.name, server.url("mutated"), schema.schemas) as mutated:
            unchanged = mutated.unchanged()
            outcomes = tuple(mutated.mutations(Dice(f"{SEED} {schema.name}")))
            unchanged += mutated.unchanged()
    return Result(schema.name, tuple(unchanged), outcomes)


def run_all(wanted: Sequence[Dump]) -> list[Result]:
    """Mutate schemas, as many at a time as there are processors; the order is that given.

    Each has a process of its own: a throw-away server belongs to the process that started it.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(_in_process, wanted))


def _in_process(schema: Dump) -> Result:
    command = [sys.executable, "-m", "tests.check.mutations", "--json", schema.name]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    return msgspec.json.decode(done.stdout, type=Result)


def table(results: Sequence[Result]) -> list[Row]:
    """Return the lines of the table, a kind each, those that no schema has too."""
    outcomes = [outcome for result in results for outcome in result.outcomes]
    rows = []
    for kind in KINDS:
        found = [outcome for outcome in outcomes if outcome.kind == kind.name]
        rows.append(
            Row(
                kind.name,
                len(found),
                sum(each.detected for each in found),
                sum(not each.left for each in found),
                sum(len(each.alarms) for each in found),
            )
        )
    unchanged = sum(len(result.unchanged) for result in results)
    rows.append(Row("an unchanged database", len(results), len(results), len(results), unchanged))
    return rows


def shown(rows: Sequence[Row]) -> str:
    """Return the table as text, with a line of sums."""
    heads = ("kind", "mutations", "detected", "gone after", "false alarms")
    numbers = [(r.kind, r.mutations, r.detected, r.gone, r.alarms) for r in rows]
    total = ("all", *(sum(int(row[i]) for row in numbers) for i in range(1, 5)))
    lines = [heads, *numbers, total]
    return "".join(
        f"{row[0]:<50}" + "".join(f"{cell!s:>14}" for cell in row[1:]) + "\n" for row in lines
    )


def main() -> None:
    """Run the schemas named as arguments, or all, and print the table and what is wrong."""
    start = time.monotonic()
    names = sys.argv[1:]
    wanted = [each for each in schemas() if each.name in names or not names]
    if names[:1] == ["--json"]:
        sys.stdout.buffer.write(msgspec.json.encode(run(wanted[0])))
        return
    results = run_all(wanted)
    sys.stdout.write(shown(table(results)))
    for result in results:
        for text in result.unchanged:
            sys.stdout.write(f"\n{result.schema} unchanged: {text}\n")
        for outcome in result.outcomes:
            if outcome.failed:
                sys.stdout.write(f"\n{outcome.schema} {outcome.kind}: {outcome.sql}\n")
                for name in ("findings", "alarms", "left"):
                    sys.stdout.write(f"  {name}: {getattr(outcome, name)}\n")
    sys.stdout.write(f"\n{time.monotonic() - start:.0f} s\n")


if __name__ == "__main__":
    main()
