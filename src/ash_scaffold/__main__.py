"""The entry point: runs a command and turns whatever ends it into a message and an exit code."""

from __future__ import annotations

import gc
import os
import sys

from ash_scaffold.problem import Code, Exit, Problem, ScaffoldError, Severity

_DEBUG = "ASH_SCAFFOLD_DEBUG"


def main() -> None:
    """Run the command line and exit."""
    # A run makes a few million small objects that all live to its end: collecting is lost time.
    gc.disable()
    sys.exit(_run())


def _run() -> int:
    try:
        from ash_scaffold.cli.app import app

        app(standalone_mode=True)
    except SystemExit as error:
        return _exit_code(error)
    except ScaffoldError as error:
        return _tell(error.problems, error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; nothing was left half done.\n")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has had enough; keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:
        if os.environ.get(_DEBUG):
            raise
        return _tell((_unexpected(error),), Exit.FAILED)
    return Exit.OK


def _exit_code(error: SystemExit) -> int:
    if error.code is None:
        return Exit.OK
    return error.code if isinstance(error.code, int) else Exit.FAILED


def _unexpected(error: Exception) -> Problem:
    return Problem(
        severity=Severity.ERROR,
        code=Code.INTERNAL,
        what=f"This should not happen: {type(error).__name__}.",
        todo=f"Run it again with {_DEBUG}=1 for the details, and report them.",
    )


def _tell(problems: tuple[Problem, ...], code: Exit) -> int:
    from ash_scaffold.cli.output import print_problems

    print_problems(problems)
    return code


if __name__ == "__main__":
    main()
