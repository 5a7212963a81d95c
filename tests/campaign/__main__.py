"""Runs the campaign: `python -m tests.campaign --seed 1`, from the root of the repository."""

from __future__ import annotations

import argparse
import contextlib
import math
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator

from tests.campaign import preload
from tests.campaign.ground import Ground
from tests.campaign.kinds import KINDS, WHOLE, Result, attempt

from ash_scaffold.postgres.installation import embedded_installation
from ash_scaffold.postgres.server import Server, throwaway_server

# A task: the kind, the seed, and the number of a try.
Task = tuple[str, int, int]
_ground: Ground


def main() -> int:
    """Make the tries that the command line asks for, and print what came of them."""
    options = _parser().parse_args()
    chosen = options.only.split(",") if options.only else [*KINDS]
    start = time.monotonic()
    preload.everything()
    installation = embedded_installation()
    if installation is None:
        sys.exit("The campaign needs the PostgreSQL of the extra 'embedded'.")
    with throwaway_server(installation) as server:
        if options.number is not None:
            tasks = [(kind, options.seed, options.number) for kind in chosen]
        else:
            tasks = list(_tasks(chosen, options.seed, options.tries))
        results = []
        with contextlib.suppress(KeyboardInterrupt):
            for result in _made(tasks, server, options.jobs):
                results.append(result)
                if result.tried.lost or options.number is not None:
                    _print(result, options.seed)
                if time.monotonic() - start > options.minutes * 60:
                    break
    return _summed_up(results)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other tries")
    parser.add_argument("--tries", type=int, default=WHOLE, help="how many, of all kinds together")
    parser.add_argument("--minutes", type=float, default=math.inf, help="end after so many")
    parser.add_argument("--only", metavar="KIND,…", help=f"of {', '.join(KINDS)}")
    parser.add_argument("--number", type=int, metavar="N", help="make the Nth try of a kind again")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="tries at once")
    return parser


def _tasks(chosen: list[str], seed: int, tries: int) -> Iterator[Task]:
    """Yield the tries, all kinds mixed, so that a part of them is a small campaign."""
    whole = sum(KINDS[kind].share for kind in chosen)
    counts = {kind: -(-tries * KINDS[kind].share // whole) for kind in chosen}
    places = ((number / counts[kind], kind) for kind in chosen for number in range(counts[kind]))
    taken: Counter[str] = Counter()
    for _, kind in sorted(places):
        yield kind, seed, taken[kind]
        taken[kind] += 1


def _made(tasks: Iterable[Task], server: Server, jobs: int) -> Iterator[Result]:
    # A fork has all modules imported already; a run is a fork of that process again.
    context = multiprocessing.get_context("fork")
    with context.Pool(jobs, initializer=_stand_on, initargs=(server,)) as pool:
        yield from pool.imap_unordered(_make, tasks)


def _stand_on(server: Server) -> None:
    global _ground
    _ground = Ground(server)


def _make(task: Task) -> Result:
    start = time.monotonic()
    tried = attempt(_ground, *task)
    return Result(task[0], task[2], tried, time.monotonic() - start)


def _print(result: Result, seed: int) -> None:
    print(f"{result.kind} {result.number}: {result.tried.what}")
    for lost in result.tried.lost:
        print(f"  lost: {lost}")
    print(
        f"  again: python -m tests.campaign --seed {seed} --only {result.kind} "
        f"--number {result.number}",
        flush=True,
    )


def _summed_up(results: list[Result]) -> int:
    """Print a line for each kind, and return the exit code: 1 where anything was lost."""
    print(f"\n{'kind':15} {'tried':>6} {'survived':>9} {'lost':>5} {'seconds':>8}")
    rows = [(kind, [each for each in results if each.kind == kind]) for kind in KINDS]
    for name, some in [*rows, ("all", results)]:
        if some:
            lost = sum(bool(each.tried.lost) for each in some)
            seconds = sum(each.seconds for each in some)
            print(f"{name:15} {len(some):6} {len(some) - lost:9} {lost:5} {seconds:8.0f}")
    return int(any(each.tried.lost for each in results))


if __name__ == "__main__":
    sys.exit(main())
