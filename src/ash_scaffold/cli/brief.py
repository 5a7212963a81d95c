"""`ash-scaffold brief`: all that somebody needs to port one table."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Annotated

from ash_scaffold.cli.arguments import Argument, Option
from ash_scaffold.cli.command import ending, progress
from ash_scaffold.cli.options import (
    Dump,
    DumpDatabase,
    Extension,
    Json,
    Legacy,
    NoLegacy,
    Repo,
    Schema,
    Timeout,
    Url,
    Verbose,
    source_options,
)
from ash_scaffold.postgres.time_limit import DEFAULT_SECONDS

if TYPE_CHECKING:
    from ash_scaffold.brief.run import BriefOutcome

_FEWEST_LINES = 50
_MOST_LINES = 1500  # where nothing is said: more is not read, by people or by agents
_EXAMPLES = """[bold]Examples[/bold]

A page for whoever ports the table, a colleague or a coding agent:
  ash-scaffold brief users > users.md

At most 400 lines, the worst first:
  ash-scaffold brief billing.invoices --max-lines 400 --dump priv/repo/structure.sql"""


def brief(
    table: Annotated[
        str, Argument(help="The table, with its schema outside of public.", metavar="TABLE")
    ],
    max_lines: Annotated[
        int | None,
        Option(
            help=f"At most so many lines, the worst first; what is left out is named. By default "
            f"{_MOST_LINES:,}.",
            metavar="N",
            min=_FEWEST_LINES,
        ),
    ] = None,
    schema: Schema = None,
    url: Url = None,
    dump: Dump = None,
    database: DumpDatabase = None,
    extension: Extension = None,
    timeout: Timeout = DEFAULT_SECONDS,
    repo: Repo = None,
    legacy: Legacy = None,
    no_legacy: NoLegacy = False,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Write a page of Markdown with all that somebody needs to port one table, and nothing else.

    What is left to do and what proves it done; the table, what becomes of each column,
    the resource as it is; the Ecto schema and its changeset functions with their
    source; every line of the legacy code that uses the table. Writes no file.
    """
    with ending(as_json=json, verbose=verbose):
        from ash_scaffold.brief.run import make_brief
        from ash_scaffold.problem import Code, fail

        if json and max_lines is not None:
            raise fail(
                Code.USAGE,
                "--max-lines bounds the page, and the JSON has all of it.",
                where="--max-lines",
                todo="Leave one of the two out.",
            )
        source = source_options(
            url,
            dump,
            schema,
            database=database,
            extension=extension,
            timeout=timeout,
            repo=repo,
            legacy=legacy,
            no_legacy=no_legacy,
        )
        with progress(enabled=not json and sys.stderr.isatty()) as announce:
            outcome = make_brief(source, table, announce)
        if json:
            _print_json(outcome)
        else:
            _print(outcome, max_lines or _MOST_LINES, verbose=verbose)


brief.__doc__ = f"{inspect.cleandoc(brief.__doc__ or '')}\n\n{_EXAMPLES}"


def _print(outcome: BriefOutcome, max_lines: int, *, verbose: bool) -> None:
    from ash_scaffold.brief.markdown import brief_page
    from ash_scaffold.cli.output import print_problems, write
    from ash_scaffold.cli.streams import use_utf8

    use_utf8()
    write(brief_page(outcome.brief, max_lines))
    print_problems(outcome.problems, verbose=verbose)


def _print_json(outcome: BriefOutcome) -> None:
    import msgspec

    from ash_scaffold.cli.output import write_json

    write_json(
        {
            "version": 1,
            **msgspec.to_builtins(outcome.brief),
            "problems": msgspec.to_builtins(outcome.problems),
        }
    )
