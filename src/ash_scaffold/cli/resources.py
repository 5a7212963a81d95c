"""`ash-scaffold resources`: the main job."""

from __future__ import annotations

import inspect
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ash_scaffold.cli.arguments import Option
from ash_scaffold.cli.command import Ended, ending, locked_project, progress, telling
from ash_scaffold.cli.options import (
    Dump,
    DumpDatabase,
    Extension,
    Json,
    Legacy,
    NoLegacy,
    Quiet,
    Repo,
    Schema,
    Timeout,
    Url,
    Verbose,
    source_options,
)
from ash_scaffold.postgres.time_limit import DEFAULT_SECONDS
from ash_scaffold.problem import Exit

if TYPE_CHECKING:
    from ash_scaffold.generate.options import ResourcesOptions
    from ash_scaffold.generate.run import Outcome

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


class Layout(StrEnum):
    """What `--layout` may be."""

    INLINE = "inline"
    FRAGMENT = "fragment"


class ActionSet(StrEnum):
    """What `--actions` may be."""

    CRUD = "crud"
    READ = "read"
    NONE = "none"


def resources(
    domain: Annotated[
        str | None,
        Option(
            help="The domain to write, such as App.Accounts. "
            "Without it: every domain that is configured or exists.",
            metavar="MODULE",
            panel=_TABLES,
        ),
    ] = None,
    table: Annotated[
        list[str] | None,
        Option(
            help="Write this table only: a name, a glob, schema.table outside public. Repeatable.",
            metavar="PATTERN",
            panel=_TABLES,
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        Option(help="Leave this table out. Repeatable.", metavar="PATTERN", panel=_TABLES),
    ] = None,
    schema: Schema = None,
    url: Url = None,
    dump: Dump = None,
    database: DumpDatabase = None,
    extension: Extension = None,
    timeout: Timeout = DEFAULT_SECONDS,
    repo: Repo = None,
    actions: Annotated[
        ActionSet | None,
        Option(help="The default actions of the resources. Default: crud.", panel=_MODULES),
    ] = None,
    layout: Annotated[
        Layout | None,
        Option(
            help="Write into the resource itself, or into a Spark fragment of it. Default: inline.",
            panel=_MODULES,
        ),
    ] = None,
    out: Annotated[
        str | None,
        Option(
            help="The folder for new modules, relative to mix.exs. Default: the application's lib.",
            metavar="FOLDER",
            panel=_MODULES,
        ),
    ] = None,
    templates: Annotated[
        Path | None,
        Option(
            help="A folder of templates that replace the packaged ones, file by file.",
            metavar="FOLDER",
            panel=_MODULES,
        ),
    ] = None,
    no_format: Annotated[
        bool,
        Option(
            "--no-format",
            help="Don't run mix format, nor so any code of the project.",
            panel=_MODULES,
        ),
    ] = False,
    legacy: Legacy = None,
    no_legacy: NoLegacy = False,
    adopt_context: Annotated[
        bool,
        Option(
            "--adopt-context",
            help="Where a legacy context has the domain's name: make it the domain, "
            "and keep its content.",
            panel=_MODULES,
        ),
    ] = False,
    prune: Annotated[
        bool,
        Option(
            "--prune",
            help="Delete unedited modules whose table was dropped.",
            panel=_MODULES,
        ),
    ] = False,
    refresh_style: Annotated[
        bool,
        Option(
            "--refresh-style",
            help="After an upgrade: write unedited parts as this version would.",
            panel=_MODULES,
        ),
    ] = False,
    behind: Annotated[
        bool,
        Option(
            "--behind",
            help="Take a database that lacks migrations of the project for what it is: what they "
            "make counts as not there.",
            panel=_OUTPUT,
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        Option(
            "--dry-run",
            help="Show what changed in the schema, and the diff; write nothing, run no code of the "
            "project.",
            panel=_OUTPUT,
        ),
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write Ash resources and their domain for the tables of a database.

    Run it again after every change of the schema: what the change demands is
    written, what people wrote stays. Where both changed the same thing the hand
    edit stays, the three versions are shown, and the exit code is 1. Nothing is
    written until all of it is computed.
    """
    with ending(as_json=json, verbose=verbose, writes=not dry_run):
        from ash_scaffold.generate.options import ResourcesOptions

        options = ResourcesOptions(
            source=source_options(
                url,
                dump,
                schema,
                database=database,
                extension=extension,
                timeout=timeout,
                repo=repo,
                legacy=legacy,
                no_legacy=no_legacy,
            ),
            domain=domain,
            tables=tuple(table or ()),
            exclude=tuple(exclude or ()),
            actions=actions.value if actions is not None else None,
            layout=layout.value if layout is not None else None,
            out=out,
            templates=templates,
            use_formatter=not no_format,
            run_project=not dry_run,
            adopt_context=adopt_context,
            prune=prune,
            refresh_style=refresh_style,
            behind=behind,
        )
        code = run(options, dry_run=dry_run, as_json=json, quiet=quiet, verbose=verbose)
        raise Ended(code)


resources.__doc__ = f"{inspect.cleandoc(resources.__doc__ or '')}\n\n{_EXAMPLES}"


def run(
    options: ResourcesOptions, *, dry_run: bool, as_json: bool, quiet: bool, verbose: bool
) -> Exit:
    """Do the job and print what came of it; return the exit code."""
    from ash_scaffold.cli import summary
    from ash_scaffold.cli.unchanged import current
    from ash_scaffold.generate.run import prepare, write

    show = not quiet and not as_json
    with locked_project(options.source.folder, writes=not dry_run) as lock:
        with progress(enabled=show and sys.stderr.isatty()) as announce:
            outcome = prepare(options, announce)
        start = time.perf_counter()
        written = None if dry_run else write(lock, outcome)
        timings = {**outcome.timings, "writing": time.perf_counter() - start}
    attempt = current()
    with telling(written=not dry_run, as_json=as_json), attempt.telling():
        if as_json:
            summary.print_json(outcome, timings, dry_run=dry_run)
        else:
            summary.print_outcome(outcome, timings, dry_run=dry_run, quiet=quiet, verbose=verbose)
    if not verbose and (written is None or not written.any) and _has_nothing_to_do(outcome):
        paths = {outcome.session.project.root / file.path for file in outcome.files.files}
        attempt.keep([*{path.parent for path in paths}, *filter(None, (options.templates,))])
    return _code(outcome)


def _has_nothing_to_do(outcome: Outcome) -> bool:
    """Whether a run changes nothing, warns of nothing, and asked no formatter."""
    from ash_scaffold.problem import Severity
    from ash_scaffold.project.format import was_used

    return (
        not was_used()
        and all(file.before == file.after for file in outcome.files.files)
        and all(problem.severity is Severity.NOTE for problem in outcome.problems)
    )


def _code(outcome: Outcome) -> Exit:
    from ash_scaffold.problem import Severity

    errors = any(problem.severity is Severity.ERROR for problem in outcome.problems)
    return Exit.FINDINGS if errors else Exit.OK
