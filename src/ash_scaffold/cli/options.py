"""The options that several commands share: one help text, one name each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ash_scaffold.cli.arguments import Option
from ash_scaffold.postgres.time_limit import DEFAULT_SECONDS
from ash_scaffold.problem import Code, fail

if TYPE_CHECKING:
    from ash_scaffold.session import SourceOptions

DATABASE = "The database"
LEGACY = "The legacy code"
OUTPUT = "The run"

Url = Annotated[
    str | None,
    Option(
        help="The database: postgres://user@host/name. "
        "Default: $DATABASE_URL, else the configuration's.",
        metavar="URL",
        panel=DATABASE,
    ),
]
Dump = Annotated[
    Path | None,
    Option(
        help="Read a SQL dump instead, loaded into a throw-away server.",
        metavar="FILE",
        panel=DATABASE,
    ),
]
DumpDatabase = Annotated[
    str | None,
    Option(
        "--database",
        help="The database to read of a dump that holds several, as pg_dumpall makes them.",
        metavar="NAME",
        panel=DATABASE,
    ),
]
Extension = Annotated[
    list[str] | None,
    Option(
        "--extension",
        help="Let a dump make this extension, beside those that are known to be harmless. It is "
        "code that a superuser runs. Repeatable.",
        metavar="NAME",
        panel=DATABASE,
    ),
]
Timeout = Annotated[
    float,
    Option(
        help="Give up when loading and reading take longer; 0 for no limit.",
        metavar="SECONDS",
        min=0,
        panel=DATABASE,
    ),
]
Schema = Annotated[
    list[str] | None,
    Option(
        help="Read this PostgreSQL schema too, beside public and those that the configuration, "
        "resources or Ecto schemas name; '*' for all. Repeatable.",
        metavar="NAME",
        panel=DATABASE,
    ),
]
Repo = Annotated[
    str | None,
    Option(
        help="The repo's module. Default: the project's.",
        metavar="MODULE",
        panel=DATABASE,
    ),
]
Legacy = Annotated[
    Path | None,
    Option(
        help="Where the Ecto schemas are. Default: the configuration's folder, or the project.",
        metavar="DIR",
        panel=LEGACY,
    ),
]
NoLegacy = Annotated[
    bool,
    Option("--no-legacy", help="Don't look at Ecto schemas.", panel=LEGACY),
]
Json = Annotated[
    bool,
    Option("--json", help="Print the outcome as one JSON object.", panel=OUTPUT),
]
Quiet = Annotated[
    bool,
    Option("--quiet", "-q", help="Print errors only, and what they are about.", panel=OUTPUT),
]
Verbose = Annotated[
    bool,
    Option(
        "--verbose",
        "-v",
        help="Show every place of every problem, and where the time went.",
        panel=OUTPUT,
    ),
]


def working_folder() -> Path:
    """Return the folder that the command was called in. Raises `ScaffoldError` when it is gone."""
    try:
        return Path.cwd()
    except OSError as error:
        raise fail(
            Code.NOT_A_MIX_PROJECT,
            "The folder that this was called in is not there any more.",
            todo="Change into the project's folder again: cd PATH.",
        ) from error


def source_options(
    url: str | None,
    dump: Path | None,
    schema: list[str] | None,
    *,
    database: str | None = None,
    repo: str | None = None,
    legacy: Path | None = None,
    no_legacy: bool = False,
    extension: list[str] | None = None,
    timeout: float = DEFAULT_SECONDS,
) -> SourceOptions:
    """Return the options that commands share, for the folder that the command was called in."""
    from ash_scaffold.cli.unchanged import current
    from ash_scaffold.postgres.reader import current_reader
    from ash_scaffold.session import SourceOptions

    return SourceOptions(
        folder=working_folder(),
        url=url,
        dump=dump,
        database=database,
        schemas=tuple(schema or ()),
        repo=repo,
        legacy=None if legacy is None else str(legacy.resolve()),
        use_legacy=not no_legacy,
        environment=dict(os.environ),
        timeout=timeout,
        extensions=tuple(extension or ()),
        on_read=current().read,
        known_answers=current().known_answers,
        reader=current_reader(),
    )
