"""`ash-scaffold resources`: the main job."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ash_scaffold.problem import Exit

if TYPE_CHECKING:
    from ash_scaffold.generate.job import Outcome, Request

_EXAMPLES = """[bold]Examples[/bold]

ash-scaffold resources --domain App.Accounts

ash-scaffold resources --domain App.Accounts --table users --table 'users_*' --dry-run

ash-scaffold resources --dump priv/repo/structure.sql
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
            "Without it: every domain that is configured or exists."
        ),
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option(help="Only this table; repeatable; globs; schema.table outside public."),
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help="Leave this table out; repeatable; globs.")
    ] = None,
    schema: Annotated[
        list[str] | None,
        typer.Option(
            help="A PostgreSQL schema to read; repeatable. Default: public and those named."
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            help="The database: postgres://user@host/name. Default: $DATABASE_URL, config."
        ),
    ] = None,
    dump: Annotated[
        Path | None,
        typer.Option(help="A SQL dump to read instead, loaded into a throw-away server."),
    ] = None,
    repo: Annotated[
        str | None, typer.Option(help="The repo's module. Default: the project's.")
    ] = None,
    actions: Annotated[
        ActionSet | None, typer.Option(help="The default actions to write.", show_default="crud")
    ] = None,
    out: Annotated[
        str | None, typer.Option(help="The folder for modules, instead of the application's lib.")
    ] = None,
    templates: Annotated[
        Path | None, typer.Option(help="A folder of templates that replace the packaged ones.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the diff, write nothing.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
    no_format: Annotated[bool, typer.Option("--no-format", help="Don't run mix format.")] = False,
    no_legacy: Annotated[
        bool, typer.Option("--no-legacy", help="Don't look at the project's Ecto schemas.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show where the time went.")
    ] = False,
) -> None:
    """Write Ash resources and their domain for the tables of a database."""
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


resources.__doc__ = f"{resources.__doc__}\n\n{_EXAMPLES}"


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
            recover(lock)
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


def _waiting() -> None:
    sys.stderr.write("Another run is writing in this project; waiting for it.\n")


def _code(outcome: Outcome) -> Exit:
    from ash_scaffold.problem import Severity

    errors = any(problem.severity is Severity.ERROR for problem in outcome.problems)
    return Exit.FINDINGS if errors else Exit.OK
