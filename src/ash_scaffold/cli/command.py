"""The frame of every command: its end, its progress bar, the lock of the project."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ash_scaffold.cli.output import console, print_problems, safe_line, write_error, write_json
from ash_scaffold.cli.streams import lost_output
from ash_scaffold.counted import counted
from ash_scaffold.problem import Code, Exit, Problem, ScaffoldError

if TYPE_CHECKING:
    from ash_scaffold.project.journal import Recovery
    from ash_scaffold.project.write import Lock

DEBUG = "ASH_SCAFFOLD_DEBUG"
_PHASES = 5
_SHARE = re.compile(r" (\d+) %$")
INTERRUPTED = "Interrupted; nothing was left half done."


class Ended(SystemExit):
    """The end of a command, with its exit code."""

    def __init__(self, exit_code: Exit = Exit.OK) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


@contextmanager
def ending(*, as_json: bool = False, verbose: bool = False, writes: bool = False) -> Iterator[None]:
    """Turn every error of the block into problems on standard error, or JSON, and `Ended`.

    Output that was lost is an error, too: exit code 2, or 1 where the command `writes` files, which
    it may have done. `SystemExit` passes: a throw-away server leaves with it on SIGTERM and SIGHUP.
    """
    try:
        with _ended(as_json=as_json, verbose=verbose):
            yield
    except Ended as end:
        lost = lost_output()
        if lost is None:
            raise
        print_failure((_lost(lost, writes=writes),), as_json=False)
        least = Exit.FINDINGS if writes else Exit.FAILED
        raise Ended(max(end.exit_code, least)) from None


@contextmanager
def _ended(*, as_json: bool, verbose: bool) -> Iterator[None]:
    try:
        yield
    except Ended:
        raise
    except ScaffoldError as error:
        print_failure(error.problems, as_json=as_json, verbose=verbose)
        raise Ended(error.exit_code) from None
    except KeyboardInterrupt:
        if as_json:
            print_failure((_interrupted(),), as_json=True)
        else:
            write_error(f"\n{INTERRUPTED}\n")
        raise Ended(Exit.INTERRUPTED) from None
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        print_failure((_unexpected(error),), as_json=as_json)
        raise Ended(Exit.FAILED) from None
    raise Ended(Exit.OK)


@contextmanager
def telling(*, written: bool, as_json: bool = False) -> Iterator[None]:
    """Print what a run came to: an error of the block is no failure of what is `written` by now."""
    try:
        yield
    except (Ended, ScaffoldError):
        raise
    except Exception as error:
        if not written or os.environ.get(DEBUG):
            raise
        print_failure((_unexpected(error),), as_json=as_json)
        raise Ended(Exit.FINDINGS) from None


@contextmanager
def progress(*, enabled: bool) -> Iterator[Callable[[str], None]]:
    """Give a function that shows a phase in a progress bar on standard error, if enabled.

    A phase that ends in a percentage is a part of the one before.
    """
    if not enabled:
        yield lambda _phase: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True).console, transient=True) as bar:
        task = bar.add_task("Starting", total=_PHASES)
        begun = 0

        def announce(phase: str) -> None:
            nonlocal begun
            share = _SHARE.search(phase)
            if share is None:
                begun += 1
            within = int(share[1]) / 100 if share is not None else 0.0
            bar.update(task, description=safe_line(phase), completed=begun + within)

        yield announce


@contextmanager
def locked_project(folder: Path, *, writes: bool) -> Iterator[Lock]:
    """Hold the lock of the project that a folder is in.

    A command that writes first finishes the write of an interrupted run, and one that does not
    says that there is one. Raises `ScaffoldError` where there is no project.
    """
    from ash_scaffold.project.read import find_root
    from ash_scaffold.project.write import locked, recover

    with locked(find_root(folder), on_wait=_print_waiting) as lock:
        if writes:
            _print_recovery(recover(lock))
        elif lock.journal.pending:
            write_error("An earlier run was interrupted; the next one finishes its write.\n")
        yield lock


def _print_waiting() -> None:
    write_error("Another run is writing in this project; waiting for it.\n")


def _print_recovery(recovery: Recovery | None) -> None:
    if recovery is None:
        return
    done = "undone" if recovery.undone else "finished"
    files = counted(len(recovery.paths), "file")
    write_error(f"The write of an interrupted run was {done}: {files}.\n")
    for path in recovery.kept:
        write_error(f"{safe_line(path)} was changed since, and is left as it is.\n")


def print_failure(problems: Sequence[Problem], *, as_json: bool, verbose: bool = False) -> None:
    """Print the problems of a failure: as text to standard error, or as JSON to standard output."""
    if as_json:
        write_json({"version": 1, "problems": problems})
    else:
        print_problems(problems, verbose=verbose)


def _interrupted() -> Problem:
    return Code.INTERRUPTED.at("", INTERRUPTED)


def _lost(error: OSError, *, writes: bool) -> Problem:
    what = f"The output could not be written: {error.strerror or type(error).__name__}."
    if writes:
        what += " The run itself came to its end."
    return Code.OUTPUT_FAILED.at("", what)


def _unexpected(error: Exception) -> Problem:
    # Not the message: a driver's may hold what a URL holds.
    return Code.INTERNAL.at(
        "",
        f"This should not happen: {type(error).__name__}.",
        todo=f"Run it again with {DEBUG}=1 for the details, and report them.",
    )
