"""`ash-scaffold resources`: the main job."""

from __future__ import annotations

import inspect
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ash_scaffold.cli.ending import told
from ash_scaffold.problem import Exit

if TYPE_CHECKING:
    from ash_scaffold.generate.job import Outcome, Request
    from ash_scaffold.project.journal import Recovery

_TABLES = "Which tables"
_DATABASE = "The database"
_MODULES = "The modules"
_OUTPUT = "The run"

_EXAMPLES = """[bold]Examples[/bold]

The tables of one domain:
  ash-scaffold resources --domain App.Accounts

All domains, from the dump of mix ecto.dump, no server needed:
  ash-scaffold resources --dump priv/repo/structure.sql

What would change for some tables, without writing it:
  ash-scaffold resources --table users --table 'user_*' --dry-run

For a script:
  ash-scaffold resources --url postgres://me@localhost/app_dev --json
"""


class ActionSet(StrEnum):
    """What `--actions` may be."""

    CRUD = "crud"
    READ = "read"
    NONE = "none"


def resources(
    domain: Annotated[
        str | None,
        typer.Option(
            help="The domain to write, such as App.Accounts. "
            "Without it: every domain that is configured or exists.",
            metavar="MODULE",
            rich_help_panel=_TABLES,
        ),
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option(
            help="Write this table only: a name, a glob, schema.table outside public. Repeatable.",
            metavar="PATTERN",
            rich_help_panel=_TABLES,
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            help="Leave this table out. Repeatable.", metavar="PATTERN", rich_help_panel=_TABLES
        ),
    ] = None,
    schema: Annotated[
        list[str] | None,
        typer.Option(
            help="Read this PostgreSQL schema too, beside public and those that the "
            "configuration or Ecto schemas name. Repeatable.",
            metavar="NAME",
            rich_help_panel=_TABLES,
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            help="The database: postgres://user@host/name. "
            "Default: $DATABASE_URL, else the configuration's.",
            metavar="URL",
            rich_help_panel=_DATABASE,
        ),
    ] = None,
    dump: Annotated[
        Path | None,
        typer.Option(
            help="Read a SQL dump instead, loaded into a throw-away server.",
            metavar="FILE",
            rich_help_panel=_DATABASE,
        ),
    ] = None,
    repo: Annotated[
        str | None,
        typer.Option(
            help="The repo's module. Default: the project's.",
            metavar="MODULE",
            rich_help_panel=_MODULES,
        ),
    ] = None,
    actions: Annotated[
        ActionSet | None,
        typer.Option(
            help="The default actions of the resources. Default: crud.", rich_help_panel=_MODULES
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            help="The folder for new modules, relative to mix.exs. Default: the application's lib.",
            metavar="FOLDER",
            rich_help_panel=_MODULES,
        ),
    ] = None,
    templates: Annotated[
        Path | None,
        typer.Option(
            help="A folder of templates that replace the packaged ones, file by file.",
            metavar="FOLDER",
            rich_help_panel=_MODULES,
        ),
    ] = None,
    no_format: Annotated[
        bool,
        typer.Option("--no-format", help="Don't run mix format.", rich_help_panel=_MODULES),
    ] = False,
    no_legacy: Annotated[
        bool,
        typer.Option(
            "--no-legacy",
            help="Don't look at the project's Ecto schemas.",
            rich_help_panel=_MODULES,
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show the diff and write nothing.", rich_help_panel=_OUTPUT),
    ] = False,
    json: Annotated[
        bool,
        typer.Option("--json", help="Print the outcome as JSON.", rich_help_panel=_OUTPUT),
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", "-q", help="Print errors and their diffs only.", rich_help_panel=_OUTPUT
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="Show where the time went.", rich_help_panel=_OUTPUT),
    ] = False,
) -> None:
    """Write Ash resources and their domain for the tables of a database.

    Nothing is written until all of it is computed. A file that somebody edited
    is left as it is; its diff is shown, and the exit code is 1.
    """
    with told(as_json=json):
        from ash_scaffold.generate.job import Request

        request = Request(
            folder=Path.cwd(),
            url=url,
            dump=dump,
            domain=domain,
            tables=tuple(table or ()),
            exclude=tuple(exclude or ()),
            schemas=tuple(schema or ()),
            repo=repo,
            actions=actions.value if actions is not None else None,
            out=out,
            templates=templates,
            use_formatter=not no_format,
            use_legacy=not no_legacy,
            environment=dict(os.environ),
        )
        code = run(request, dry_run=dry_run, as_json=json, quiet=quiet, verbose=verbose)
        raise typer.Exit(code)


resources.__doc__ = f"{inspect.cleandoc(resources.__doc__ or '')}\n\n{_EXAMPLES}"


def run(request: Request, *, dry_run: bool, as_json: bool, quiet: bool, verbose: bool) -> Exit:
    """Do the job and print what came of it; return the exit code."""
    import time

    from ash_scaffold.cli import summary
    from ash_scaffold.cli.progress import progress
    from ash_scaffold.generate.job import prepare, write
    from ash_scaffold.project.read import find_root
    from ash_scaffold.project.write import locked, recover

    show = not quiet and not as_json
    root = find_root(request.folder)
    with locked(root, on_wait=_waiting) as lock:
        if not dry_run:
            _tell_recovery(recover(lock))
        elif lock.journal.pending:
            sys.stderr.write("An earlier run was interrupted; the next one finishes its write.\n")
        with progress(enabled=show and sys.stderr.isatty()) as say:
            outcome = prepare(request, say)
        start = time.perf_counter()
        if not dry_run:
            write(lock, outcome)
        timings = {**outcome.timings, "writing": time.perf_counter() - start}
    if as_json:
        summary.print_json(outcome, timings, dry_run=dry_run)
    else:
        summary.print_outcome(outcome, timings, dry_run=dry_run, quiet=quiet, verbose=verbose)
    return _code(outcome)


def _tell_recovery(recovery: Recovery | None) -> None:
    """Say what became of the files of an interrupted run."""
    if recovery is None:
        return
    done = "undone" if recovery.undone else "finished"
    sys.stderr.write(f"The write of an interrupted run was {done}: {len(recovery.paths)} files.\n")
    for path in recovery.kept:
        sys.stderr.write(f"{path} was changed since, and is left as it is.\n")


def _waiting() -> None:
    sys.stderr.write("Another run is writing in this project; waiting for it.\n")


def _code(outcome: Outcome) -> Exit:
    from ash_scaffold.problem import Severity

    errors = any(problem.severity is Severity.ERROR for problem in outcome.problems)
    return Exit.FINDINGS if errors else Exit.OK
