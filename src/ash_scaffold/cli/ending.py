"""How every command ends: whatever stops it becomes a message and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer

from ash_scaffold.problem import Code, Exit, Problem, ScaffoldError

DEBUG = "ASH_SCAFFOLD_DEBUG"
INTERRUPTED = "Interrupted; nothing was left half done."


@contextmanager
def told(*, as_json: bool = False) -> Iterator[None]:
    """Turn what ends the block into problems on standard error, or JSON, and `typer.Exit`.

    `SystemExit` passes: a throw-away server leaves with it on SIGTERM and SIGHUP.
    """
    try:
        yield
    except typer.Exit:
        raise
    except ScaffoldError as error:
        print_failure(error.problems, as_json=as_json)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        if as_json:
            print_failure((_interrupted(),), as_json=True)
        else:
            sys.stderr.write(f"\n{INTERRUPTED}\n")
        raise typer.Exit(Exit.INTERRUPTED) from None
    except BrokenPipeError:
        drop_output()
        raise typer.Exit(Exit.OK) from None
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        print_failure((_unexpected(error),), as_json=as_json)
        raise typer.Exit(Exit.FAILED) from None


def drop_output() -> None:
    """Whoever read the output has had enough: keep Python from complaining of it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_failure(problems: Sequence[Problem], *, as_json: bool) -> None:
    """Print why nothing was done: as text to standard error, or as JSON to standard output."""
    from ash_scaffold.cli.output import print_problems, write_json

    if as_json:
        write_json({"version": 1, "problems": problems})
    else:
        print_problems(problems)


def _interrupted() -> Problem:
    return Code.INTERRUPTED.at("", INTERRUPTED)


def _unexpected(error: Exception) -> Problem:
    # Not the message: a driver's may hold what a URL holds.
    return Code.INTERNAL.at(
        "",
        f"This should not happen: {type(error).__name__}.",
        todo=f"Run it again with {DEBUG}=1 for the details, and report them.",
    )
