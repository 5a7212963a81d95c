"""Problems, tables and diffs on a terminal."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any

from ash_scaffold.cli.streams import use_utf8
from ash_scaffold.problem import Code, Problem, Severity

if TYPE_CHECKING:
    from rich.console import Console

    from ash_scaffold.report.groups import Group

_UNLIMITED = 10_000
_MANY = 30
_GAP = "   "  # between two columns of a table
_BLANK = re.compile(r"\x1b\[[0-9;]*m|\s")
# `::` at the start of a line is a command to GitHub Actions, `##[` and `##vso[` are to it and to
# Azure Pipelines wherever they stand.
_LOG_COMMAND = re.compile(r"^\s*::|##(?=(?:vso)?\[)", re.MULTILINE)
_NOT_ASCII = re.compile(r"[^ -~\n]")
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
# Their message is all there is to say.
_SAY_ALL = frozenset(
    {Code.USAGE, Code.UNKNOWN_NAME, Code.INTERRUPTED, Code.OUTPUT_FAILED, Code.INTERNAL}
)
_DIFF_STYLES = (("+++", "bold"), ("---", "bold"), ("@@", "cyan"), ("+", "green"), ("-", "red"))


class Printer:
    """Prints lines, without markup; of piped output it breaks none.

    rich prints what a terminal may show otherwise than it stands, and what is not a mere text. It
    takes longer to load than all else that a small run prints.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        self._stderr = stderr

    def print(self, *objects: object, **options: Any) -> None:
        """Print objects on a line, with the options of rich's own."""
        stream = sys.stderr if self._stderr else sys.stdout
        texts = [each for each in objects if isinstance(each, str) and "\t" not in each]
        if len(texts) == len(objects) and not options and _is_plain(stream):
            stream.write(" ".join(map(safe, texts)) + "\n")
        else:
            self.console.print(*objects, **options)

    @cached_property
    def console(self) -> Console:
        """The console of rich."""
        return _console(stderr=self._stderr, soft_wrap=True)


def console(*, stderr: bool = False) -> Printer:
    """Return what prints to standard output or error."""
    return Printer(stderr=stderr)


def _is_plain(stream: IO[str]) -> bool:
    """Whether rich takes a stream for no terminal."""
    forced = any(os.environ.get(name) for name in ("FORCE_COLOR", "TTY_COMPATIBLE"))
    return not (forced or stream.isatty())


def _console(*, stderr: bool = False, soft_wrap: bool = False, width: int | None = None) -> Console:
    from rich.console import Console

    class Plain(Console):
        def print(self, *objects: Any, **options: Any) -> None:
            super().print(*map(_harmless, objects), **options)

    return Plain(
        stderr=stderr,
        soft_wrap=soft_wrap,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _harmless(printed: object) -> object:
    """Make sure of what is printed, whether or not its parts came through `safe`."""
    from rich.text import Text

    if isinstance(printed, str):
        return safe(printed)
    if isinstance(printed, Text) and safe(printed.plain) != printed.plain:
        return Text(safe(printed.plain), style=printed.style)
    return printed


def safe(text: str) -> str:
    """Make text from outside harmless to a terminal: no control or direction characters.

    Nor is any of its lines a command to the machine that keeps the log. Lines and tabs stay.
    """
    text = text if text.isprintable() else "".join(map(_shown, text))
    return _LOG_COMMAND.sub(_without_command, text) if "::" in text or "##" in text else text


def _without_command(match: re.Match[str]) -> str:
    return match[0][:-1] + f"\\x{ord(match[0][-1]):02x}"


def safe_line(text: str) -> str:
    """Make text from outside harmless, and one line."""
    return text if text.isprintable() else safe(text.replace("\n", "\\n").replace("\t", "\\t"))


def write(text: str) -> None:
    """Write lines to standard output."""
    sys.stdout.write(safe(text))


def write_log_commands(text: str) -> None:
    """Write lines that are commands of GitHub Actions, from texts that were escaped for them."""
    sys.stdout.write("".join(map(_shown, text)))


def write_error(text: str) -> None:
    """Write lines to standard error."""
    sys.stderr.write(safe(text))


def _shown(char: str) -> str:
    if char.isprintable() or char in "\n\t":
        return char
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{{{ord(char):x}}}"


def print_problems(
    problems: Sequence[Problem], *, quiet: bool = False, verbose: bool = False
) -> None:
    """Print problems to standard error, those of one kind together; only errors when quiet.

    Of many places the first; all when verbose. The last line says how to learn more of them.
    """
    from ash_scaffold.report.groups import group_problems

    shown = [p for p in problems if not quiet or p.severity is Severity.ERROR]
    found = group_problems(shown, every=verbose)
    for group in found:
        _print_group(group, verbose=verbose)
    kinds = {group.kind for group in found} - _SAY_ALL
    if kinds and not quiet:
        one = f"{min(kinds)}` says more" if len(kinds) == 1 else "CODE` says more of each"
        write_error(f"`ash-scaffold explain {one}.\n")


def _print_group(group: Group, *, verbose: bool) -> None:
    from rich.text import Text

    out = console(stderr=True)
    line = Text(f"{group.severity.value}", style=_STYLES[group.severity])
    line.append(f" [{group.kind}] ", style="dim")
    if len(group.places) == 1:
        if group.places[0].where:
            line.append(f"{safe_line(group.places[0].where)}: ", style="bold")
        line.append(safe_line(group.what))
        rows: Sequence[str] = group.todo.splitlines()
    else:
        line.append(safe_line(group.heading(every=verbose)))
        rows = group.lines(every=verbose)
    out.print(line)
    for row in rows:
        out.print(Text(f"    {safe_line(row)}"))


def print_diff(diff: str) -> None:
    """Print a unified diff, coloured when the output is a terminal."""
    from rich.text import Text

    out = console()
    for line in diff.removesuffix("\n").split("\n"):
        style = next((style for start, style in _DIFF_STYLES if line.startswith(start)), "")
        out.print(Text(safe(line), style=style))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table to standard output."""
    cells = [[*columns], *([*map(safe_line, row)] for row in rows)]
    plain = _plain_table(safe_line(title), cells) if _is_plain(sys.stdout) else None
    lines = _rich_table(title, cells) if plain is None else plain
    kept = (line.rstrip() for line in lines if _BLANK.sub("", line))
    sys.stdout.write("\n".join(kept) + "\n")


def _plain_table(title: str, cells: Sequence[Sequence[str]]) -> list[str] | None:
    """Return the lines of a table as rich lays it out, None where that takes more than counting."""
    if not all(text.isascii() for text in (title, *(each for row in cells for each in row))):
        return None
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    width = sum(widths) + len(_GAP) * (len(widths) - 1)
    if not all(widths) or len(title) > width or width > _UNLIMITED - len(_GAP):
        return None
    head, *rows = (
        " " + _GAP.join(text.ljust(size) for text, size in zip(row, widths, strict=True))
        for row in cells
    )
    return [title, head, f" {'─' * width}", *rows]


def _rich_table(title: str, cells: Sequence[Sequence[str]]) -> list[str]:
    from rich import box
    from rich.table import Table

    table = Table(
        title=safe_line(title) or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for column in cells[0]:
        table.add_column(column, overflow="fold")
    for row in cells[1:]:
        table.add_row(*row)
    # Piped output is read by programs and diffs: a row is a line, however wide.
    width = None if sys.stdout.isatty() else _UNLIMITED
    printer = _console(width=width)
    with printer.capture() as captured:
        printer.print(table)
    return captured.get().splitlines()


def write_json(document: object) -> None:
    """Write one JSON document, indented, to standard output."""
    import msgspec

    try:
        encoded = msgspec.json.encode(document)
    except UnicodeEncodeError:  # names of files that are no UTF-8
        encoded = msgspec.json.encode(_without_surrogates(msgspec.to_builtins(document)))
    use_utf8()
    text = msgspec.json.format(encoded, indent=2).decode()
    sys.stdout.write(_replaced(text, _json_escape).replace("##", "#\\u0023") + "\n")


def _without_surrogates(value: object) -> object:
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, list | tuple):
        return [_without_surrogates(each) for each in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(each) for key, each in value.items()}
    return value


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def write_xml(text: str) -> None:
    """Write XML to standard output, what does not show as references."""
    use_utf8()
    sys.stdout.write(_replaced(text, lambda char: f"&#x{ord(char):x};").replace("##", "#&#35;"))


def _replaced(text: str, written: Callable[[str], str]) -> str:
    """Write what does not show in a form of its own."""
    return _NOT_ASCII.sub(
        lambda match: match[0] if match[0].isprintable() else written(match[0]), text
    )


def listed(names: Sequence[object]) -> str:
    """Return names as a sentence has them; of many only the first."""
    shown = ", ".join(safe_line(str(name)) for name in names[:_MANY])
    return shown + (f" and {len(names) - _MANY} more" if len(names) > _MANY else "")


def print_tenant_schemas(template: str, others: Sequence[str]) -> None:
    """Say which tenant's schema was read for all, and which others there are."""
    if template:
        beside = f", in place of {listed(others)}" if others else ""
        console().print(f"Schema of tenants that was read: {safe_line(template)}{beside}")


def print_unread_schemas(schemas: Sequence[tuple[str, int]]) -> None:
    """Print the schemas that were not read, each with the number of its tables."""
    if schemas:
        names = ", ".join(f"{safe_line(name)} ({count})" for name, count in schemas)
        console().print(f"Schemas that were not read: {names}")
