"""`ash-scaffold actions`: changeset functions of the legacy code become actions."""

from __future__ import annotations

import inspect
import sys
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from ash_scaffold.cli.arguments import Option
from ash_scaffold.cli.command import Ended, ending, locked_project, progress, telling
from ash_scaffold.cli.options import (
    Dump,
    DumpDatabase,
    Extension,
    Json,
    Legacy,
    Quiet,
    Repo,
    Schema,
    Timeout,
    Url,
    Verbose,
    source_options,
)
from ash_scaffold.counted import counted
from ash_scaffold.postgres.time_limit import DEFAULT_SECONDS
from ash_scaffold.problem import Exit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ash_scaffold.actions.run import ActionsOptions, ActionsOutcome

_CHANGESETS = "Which changesets"
_MODULES = "The modules"
_OUTPUT = "The run"
_MANY_ROWS = 20

_EXAMPLES = """[bold]Examples[/bold]

What would become of the changesets of one domain, without writing it:
  ash-scaffold actions --domain App.Accounts --dry-run

One function at a time:
  ash-scaffold actions --table users --function registration_changeset

With validations of Ash's own where they agree with Ecto on every input:
  ash-scaffold actions --domain App.Accounts --style ash
"""


class ActionStyle(StrEnum):
    """What `--style` may be."""

    ECTO = "ecto"
    ASH = "ash"


def actions(
    domain: Annotated[
        str | None,
        Option(
            help="The domain, such as App.Accounts. "
            "Without it: every domain that is configured or exists.",
            metavar="MODULE",
            panel=_CHANGESETS,
        ),
    ] = None,
    table: Annotated[
        list[str] | None,
        Option(
            help="The changesets of this table only: a name, a glob, schema.table outside public. "
            "Repeatable.",
            metavar="PATTERN",
            panel=_CHANGESETS,
        ),
    ] = None,
    function: Annotated[
        list[str] | None,
        Option(
            help="This changeset function only, with or without _changeset. Repeatable.",
            metavar="NAME",
            panel=_CHANGESETS,
        ),
    ] = None,
    schema: Schema = None,
    url: Url = None,
    dump: Dump = None,
    database: DumpDatabase = None,
    extension: Extension = None,
    timeout: Timeout = DEFAULT_SECONDS,
    repo: Repo = None,
    style: Annotated[
        ActionStyle | None,
        Option(
            help="Let Ecto check and change, or write Ash's own validations where both agree "
            "on every input. Default: as the fragment has it, else ecto.",
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
    dry_run: Annotated[
        bool,
        Option(
            "--dry-run",
            help="Show the diff; write nothing, run no code of the project.",
            panel=_OUTPUT,
        ),
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write Ash actions for the changeset functions of the legacy code.

    They go into a fragment of each resource; the resources of these tables are
    brought up to date with it, as by resources. Run it again after a change of
    the legacy code: an action that nobody has edited follows its function, an
    edited one stays, with exit code 1 where the function changed since. What
    can't be carried over is listed with its file and line.
    """
    with ending(as_json=json, verbose=verbose, writes=not dry_run):
        from ash_scaffold.actions.run import ActionsOptions

        options = ActionsOptions(
            source=source_options(
                url,
                dump,
                schema,
                database=database,
                extension=extension,
                timeout=timeout,
                repo=repo,
                legacy=legacy,
            ),
            domain=domain,
            tables=tuple(table or ()),
            functions=tuple(function or ()),
            style=None if style is None else style.value,
            use_formatter=not no_format,
            run_project=not dry_run,
        )
        code = run(options, dry_run=dry_run, as_json=json, quiet=quiet, verbose=verbose)
        raise Ended(code)


actions.__doc__ = f"{inspect.cleandoc(actions.__doc__ or '')}\n\n{_EXAMPLES}"


def run(
    options: ActionsOptions, *, dry_run: bool, as_json: bool, quiet: bool, verbose: bool
) -> Exit:
    """Do the job and print what came of it; return the exit code."""
    from ash_scaffold.actions.run import prepare
    from ash_scaffold.generate.run import write
    from ash_scaffold.problem import Severity

    show = not quiet and not as_json
    with locked_project(options.source.folder, writes=not dry_run) as lock:
        with progress(enabled=show and sys.stderr.isatty()) as announce:
            found = prepare(options, announce)
        start = time.perf_counter()
        if found.outcome is not None and not dry_run:
            write(lock, found.outcome)
        timings = {} if found.outcome is None else dict(found.outcome.timings)
        timings["writing"] = time.perf_counter() - start
    with telling(written=not dry_run, as_json=as_json):
        if as_json:
            _print_json(found, timings, dry_run=dry_run)
        else:
            _print_outcome(found, timings, dry_run=dry_run, quiet=quiet, verbose=verbose)
    errors = any(problem.severity is Severity.ERROR for problem in found.problems)
    return Exit.FINDINGS if errors else Exit.OK


def _print_outcome(
    found: ActionsOutcome,
    timings: Mapping[str, float],
    *,
    dry_run: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    from ash_scaffold.cli.output import console, listed, print_diff, print_problems, print_table
    from ash_scaffold.cli.summary import print_advice, print_conflicts, status_text
    from ash_scaffold.generate.files import Status

    files = () if found.outcome is None else found.outcome.files.files
    if dry_run and not quiet and found.outcome is not None:
        for diff in found.outcome.files.diffs():
            print_diff(diff)
    for file in files:
        print_conflicts(file)
    if quiet:
        print_problems(found.problems, quiet=True, verbose=verbose)
        return
    out = console()
    by_module = {file.module.name: file for file in files}
    rows = [
        (
            str(each.table),
            each.fragment if each.actions else "",
            str(each.changesets),
            str(len(each.actions)),
            str(len(each.left_steps)),
            str(len(each.refused)),
            status_text(by_module[each.fragment].status, dry_run=dry_run)
            if each.fragment in by_module
            else "",
        )
        for each in found.tables
    ]
    if rows:
        shown = rows if verbose else rows[:_MANY_ROWS]
        headings = ("table", "module", "changesets", "actions", "with TODO", "left", "file")
        print_table("", headings, shown)
        if len(shown) < len(rows):
            out.print(f"and {counted(len(rows) - len(shown), 'more table')} (-v shows them)")
    else:
        out.print("The legacy code has no changeset functions for these tables.")
    fragments = {each.fragment for each in found.tables}
    others: dict[Status, list[str]] = {}
    for file in files:
        if file.module.name not in fragments and file.status is not Status.UNCHANGED:
            others.setdefault(file.status, []).append(file.module.name)
    for status, names in others.items():
        out.print(f"{status_text(status, dry_run=dry_run)}: {listed(names)}")
    if verbose:
        for phase, seconds in timings.items():
            out.print(f"{phase} {seconds:.2f} s")
    print_problems(found.problems, verbose=verbose)
    if found.outcome is not None:
        print_advice(found.outcome.advice, verbose=verbose)


def _print_json(found: ActionsOutcome, timings: Mapping[str, float], *, dry_run: bool) -> None:
    import msgspec

    from ash_scaffold.cli.output import write_json
    from ash_scaffold.cli.summary import json_of_files

    write_json(
        {
            "version": 1,
            "dry_run": dry_run,
            "tables": [
                {
                    "table": str(each.table),
                    "resource": each.resource,
                    "fragment": each.fragment if each.actions else None,
                    "changesets": each.changesets,
                    "actions": [
                        {
                            "name": action.action,
                            "kind": action.kind,
                            "function": f"{action.module}.{action.function}/{action.arity}",
                            "kept": action in each.kept,
                            "todo": each.left_steps.get(action.action, 0),
                        }
                        for action in each.actions
                    ],
                    "left": [
                        {
                            "function": f"{refused.changeset.module}."
                            f"{refused.changeset.function}/{refused.changeset.arity}",
                            "path": refused.changeset.path,
                            "line": refused.changeset.line,
                            "reason": refused.reason,
                            "todo": refused.todo,
                        }
                        for refused in each.refused
                    ],
                }
                for each in found.tables
            ],
            "files": [] if found.outcome is None else json_of_files(found.outcome.files.files),
            "problems": msgspec.to_builtins(found.problems),
            "advice": [] if found.outcome is None else msgspec.to_builtins(found.outcome.advice),
            "timings": dict(timings),
        }
    )
