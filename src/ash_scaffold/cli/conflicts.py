"""Shows what both the database and a person changed: the three versions side by side."""

from __future__ import annotations

from ash_scaffold.cli.output import console, safe
from ash_scaffold.generate.files import File

_NOTHING = "(nothing)"


def print_conflicts(file: File) -> None:
    """Print the conflicts of a file, each as a table of three columns."""
    if not file.conflicts:
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    out = console()
    for each in file.conflicts:
        table = Table(
            title=Text(f"{file.path}: {safe(each.name)}"),
            title_justify="left",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
        )
        for heading in ("generated before", "yours, kept", "the database wants"):
            table.add_column(heading, overflow="fold", ratio=1)
        table.add_row(*(Text(_text(lines)) for lines in (each.base, each.ours, each.theirs)))
        out.print(table)


def _text(lines: tuple[str, ...]) -> str:
    return "\n".join(map(safe, lines)) if lines else _NOTHING
