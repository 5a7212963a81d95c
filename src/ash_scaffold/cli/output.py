"""Problems, tables and diffs on a terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ash_scaffold.problem import Problem, Severity

if TYPE_CHECKING:
    from rich.console import Console

    from ash_scaffold.report.groups import Group

_UNLIMITED = 10_000
_MANY = 30
_BLANK = re.compile(r"\x1b\[[0-9;]*m|\s")
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_DIFF_STYLES = (("+++", "bold"), ("---", "bold"), ("@@", "cyan"), ("+", "green"), ("-", "red"))


def console(*, stderr: bool = False) -> Console:
    """Return a console that neither reads markup nor breaks lines of piped output."""
    return _console(stderr=stderr, soft_wrap=True)


def _console(*, stderr: bool = False, soft_wrap: bool = False, width: int | None = None) -> Console:
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise  # the error itself, where Rich would leave with exit code 1

    return Plain(
        stderr=stderr,
        soft_wrap=soft_wrap,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
    )


def safe(text: str) -> str:
    """Make text from outside harmless to a terminal: no control or direction characters."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(char: str) -> str:
    if char.isprintable() or char in "\n\t":
        return char
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{{{ord(char):x}}}"


def print_problems(
    problems: Sequence[Problem], *, quiet: bool = False, verbose: bool = False
) -> None:
    """Print problems to standard error, those of one kind together; only errors when quiet.

    Of many places the first; all when verbose.
    """
    from ash_scaffold.report.groups import group_problems

    shown = [p for p in problems if not quiet or p.severity is Severity.ERROR]
    for group in group_problems(shown, every=verbose):
        _print_group(group, verbose=verbose)


def _print_group(group: Group, *, verbose: bool) -> None:
    from rich.text import Text

    out = console(stderr=True)
    line = Text(f"{group.severity.value}", style=_STYLES[group.severity])
    line.append(f" [{group.kind}] ", style="dim")
    if len(group.places) == 1:
        if group.places[0].where:
            line.append(f"{safe(group.places[0].where)}: ", style="bold")
        line.append(safe(group.what))
        rows: Sequence[str] = group.todo.splitlines()
    else:
        line.append(safe(group.heading(every=verbose)))
        rows = group.lines(every=verbose)
    out.print(line)
    for row in rows:
        out.print(Text(f"    {safe(row)}"))


def print_diff(diff: str) -> None:
    """Print a unified diff, coloured when the output is a terminal."""
    from rich.text import Text

    out = console()
    for line in diff.removesuffix("\n").split("\n"):
        style = next((style for start, style in _DIFF_STYLES if line.startswith(start)), "")
        out.print(Text(safe(line), style=style))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table to standard output."""
    from rich import box
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(safe, row))
    # Piped output is read by programs and diffs: a row is a line, however wide.
    width = None if sys.stdout.isatty() else _UNLIMITED
    printer = _console(width=width)
    with printer.capture() as captured:
        printer.print(table)
    lines = (line.rstrip() for line in captured.get().splitlines())
    sys.stdout.write("\n".join(line for line in lines if _BLANK.sub("", line)) + "\n")


def write_json(document: object) -> None:
    """Write one JSON document, indented, to standard output."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    sys.stdout.write(text + "\n")


def listed(names: Sequence[object]) -> str:
    """Return names as a sentence has them; of many only the first."""
    shown = ", ".join(safe(str(name)) for name in names[:_MANY])
    return shown + (f" and {len(names) - _MANY} more" if len(names) > _MANY else "")


def print_unread_schemas(schemas: Sequence[tuple[str, int]]) -> None:
    """Print the schemas that were not read, each with the number of its tables."""
    if schemas:
        names = ", ".join(f"{safe(name)} ({count})" for name, count in schemas)
        console().print(f"Schemas that were not read: {names}")
