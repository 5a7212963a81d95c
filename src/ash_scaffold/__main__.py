"""The entry point."""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Sequence

from ash_scaffold import __version__
from ash_scaffold.cli.streams import lost_output, prepare_streams

# The commands whose runs that had nothing to do are remembered.
_RECORDED = frozenset({"resources", "check", "document"})
# The commands that read a catalog, and what each needs once it has it.
_NO_DATABASE = re.compile(r"--dump|--help|-h\Z")
# What a shell that completes a line sets: typer answers it.
_COMPLETION = "_ASH_SCAFFOLD_COMPLETE"
_READING = {"resources": ("jinja2",), "check": (), "document": (), "inspect": ()}


def main() -> None:
    """Run the command line and exit."""
    prepare_streams()
    if sys.argv[1:] == ["--version"]:
        print(f"ash-scaffold {__version__}")
        sys.exit()
    # A run makes a few million small objects that all live to its end: collecting is lost time.
    gc.disable()
    code = _run()
    # Python would collect once more as it ends: 0.2 s over what a thousand tables leave behind.
    gc.freeze()
    sys.exit(code)


def _run() -> int:
    from ash_scaffold.problem import Exit

    words = sys.argv[1:]
    try:
        if not _recalled(words):
            _read(words)
    except SystemExit as error:
        message = _usage_error(error)
        if message and "--json" in sys.argv[1:]:
            _print_usage(message)
        return _exit_code(error)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    return Exit.OK


def _read(words: Sequence[str]) -> None:
    """Call the command, with a copy of the process ready to ask its database, if it has one."""
    if not words or words[0] not in _READING or any(map(_NO_DATABASE.match, words)):
        _call(words)
        return
    from ash_scaffold.postgres.reader import reading

    with reading(_READING[words[0]]):
        _call(words)


def _recalled(words: Sequence[str]) -> bool:
    """Say what an earlier run has said, where nothing has changed since; whether that is so."""
    if not words or words[0] not in _RECORDED:
        return False
    from ash_scaffold.cli.unchanged import begin

    try:
        if not begin(words, os.environ).recall():
            return False
    except KeyboardInterrupt:
        from ash_scaffold.cli.command import ending

        with ending(as_json="--json" in words):
            raise
    if lost_output() is not None:
        from ash_scaffold.cli.command import ending

        with ending(writes=not {"check", "--check", "--dry-run"}.intersection(words)):
            pass
    return True


def _call(words: Sequence[str]) -> None:
    """Call the command that the words after the program's name mean."""
    from ash_scaffold.cli.arguments import COMMANDS, command_function, read_arguments

    if not words and _COMPLETION not in os.environ:
        from ash_scaffold.cli.next_step import show_next_step

        show_next_step()
    if words and words[0] in COMMANDS:
        function = command_function(words[0])
        arguments = read_arguments(function, words[1:])
        if arguments is not None:
            function(**arguments)
            return
    from ash_scaffold.cli.app import run

    run(words)


def _exit_code(error: SystemExit) -> int:
    if error.code is None:
        return 0
    return error.code if isinstance(error.code, int) else 2


def _usage_error(error: SystemExit) -> str:
    """Return what the command line's own parser complained of, empty when it was not that."""
    complaint = getattr(error.__context__, "format_message", None)
    return str(complaint()) if complaint is not None else ""


def _print_usage(message: str) -> None:
    from ash_scaffold.cli.command import print_failure
    from ash_scaffold.problem import Code

    problem = Code.USAGE.at("", message)
    print_failure((problem,), as_json=True)


if __name__ == "__main__":
    main()
