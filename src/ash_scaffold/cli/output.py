"""How problems, tables and diffs look on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ash_scaffold.problem import Problem, Severity

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_DIFF_STYLES = (("+++", "bold"), ("---", "bold"), ("@@", "cyan"), ("+", "green"), ("-", "red"))


def console(*, stderr: bool = False) -> Console:
    """Return a console that neither reads markup nor breaks lines of piped output."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)


def safe(text: str) -> str:
    """Make a name or message from outside harmless to a terminal: no control characters."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)


def print_problems(problems: Sequence[Problem], *, quiet: bool = False) -> None:
    """Print problems to standard error, one paragraph each; only errors when quiet."""
    from rich.text import Text

    shown = [p for p in problems if not quiet or p.severity is Severity.ERROR]
    if not shown:
        return
    out = console(stderr=True)
    for problem in shown:
        line = Text(f"{problem.severity.value}", style=_STYLES[problem.severity])
        line.append(f" [{problem.code.value}] ", style="dim")
        if problem.where:
            line.append(f"{safe(problem.where)}: ", style="bold")
        line.append(safe(problem.what))
        out.print(line)
        for row in problem.todo.splitlines():
            out.print(Text(f"    {safe(row)}"))


def print_diff(diff: str) -> None:
    """Print a unified diff, coloured when the output is a terminal."""
    from rich.text import Text

    out = console()
    for line in diff.splitlines():
        style = next((style for start, style in _DIFF_STYLES if line.startswith(start)), "")
        out.print(Text(safe(line), style=style))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table to standard output."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=False, ratio=None if index else None)
    for row in rows:
        table.add_row(*map(safe, row))
    width = None if sys.stdout.isatty() else 160
    Console(highlight=False, markup=False, emoji=False, width=width).print(table)
