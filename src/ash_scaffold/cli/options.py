"""The options that several commands share: one help text, one name each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DATABASE = "The database"
LEGACY = "The legacy code"
OUTPUT = "The run"

Url = Annotated[
    str | None,
    typer.Option(
        help="The database: postgres://user@host/name. "
        "Default: $DATABASE_URL, else the configuration's.",
        metavar="URL",
        rich_help_panel=DATABASE,
    ),
]
Dump = Annotated[
    Path | None,
    typer.Option(
        help="Read a SQL dump instead, loaded into a throw-away server.",
        metavar="FILE",
        rich_help_panel=DATABASE,
    ),
]
Schema = Annotated[
    list[str] | None,
    typer.Option(
        help="Read this PostgreSQL schema too, beside public and those that the configuration or "
        "Ecto schemas name. Repeatable.",
        metavar="NAME",
        rich_help_panel=DATABASE,
    ),
]
Repo = Annotated[
    str | None,
    typer.Option(
        help="The repo's module. Default: the project's.",
        metavar="MODULE",
        rich_help_panel=DATABASE,
    ),
]
Legacy = Annotated[
    Path | None,
    typer.Option(
        help="Where the Ecto schemas are. Default: the configuration's folder, or the project.",
        metavar="DIR",
        rich_help_panel=LEGACY,
    ),
]
NoLegacy = Annotated[
    bool,
    typer.Option("--no-legacy", help="Don't look at Ecto schemas.", rich_help_panel=LEGACY),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print the outcome as one JSON object.", rich_help_panel=OUTPUT),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", help="Print errors only, and what they are about.", rich_help_panel=OUTPUT
    ),
]
