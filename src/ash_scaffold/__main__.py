"""The entry point."""

from __future__ import annotations

import gc
import sys

from ash_scaffold.problem import Code, Exit


def main() -> None:
    """Run the command line and exit."""
    from ash_scaffold.cli.streams import prepare_streams

    prepare_streams()
    # A run makes a few million small objects that all live to its end: collecting is lost time.
    gc.disable()
    code = _run()
    # Python would collect once more as it ends: 0.2 s over what a thousand tables leave behind.
    gc.freeze()
    sys.exit(code)


def _run() -> int:
    try:
        from ash_scaffold.cli.app import app

        app()
    except SystemExit as error:
        message = _usage_error(error)
        if message and "--json" in sys.argv[1:]:
            _print_usage(message)
        return _exit_code(error)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    return Exit.OK


def _exit_code(error: SystemExit) -> int:
    if error.code is None:
        return Exit.OK
    return error.code if isinstance(error.code, int) else Exit.FAILED


def _usage_error(error: SystemExit) -> str:
    """Return what the command line's own parser complained of, empty when it was not that."""
    complaint = getattr(error.__context__, "format_message", None)
    return str(complaint()) if complaint is not None else ""


def _print_usage(message: str) -> None:
    from ash_scaffold.cli.command import print_failure

    problem = Code.USAGE.at("", message)
    print_failure((problem,), as_json=True)


if __name__ == "__main__":
    main()
