"""`ash-scaffold cutover`: gives tables that legacy code has left to Ash, and back."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Annotated

from ash_scaffold.cli.arguments import Argument, Option
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
from ash_scaffold.postgres.time_limit import DEFAULT_SECONDS
from ash_scaffold.problem import Exit

if TYPE_CHECKING:
    from ash_scaffold.cutover.proof import Proof
    from ash_scaffold.cutover.run import CutoverOptions, CutoverReport
    from ash_scaffold.problem import Problem

_WHICH = "Which tables"
_OUTPUT = "The run"

_EXAMPLES = """[bold]Examples[/bold]

What would change, and what stands against it:
  ash-scaffold cutover orders --dry-run

Two tables and a schema's:
  ash-scaffold cutover orders customers 'billing.*'

Only whether Ash would make the very same tables, long before legacy code has left them:
  ash-scaffold cutover --prove orders customers

Back to the form in which Ash never migrates the table:
  ash-scaffold cutover --undo orders
"""


def cutover(
    table: Annotated[
        list[str] | None,
        Argument(
            help="Names or globs of tables, schema.table outside public.",
            metavar="[TABLE]...",
        ),
    ] = None,
    domain: Annotated[
        str | None,
        Option(help="All tables of this domain.", metavar="MODULE", panel=_WHICH),
    ] = None,
    all_: Annotated[
        bool,
        Option("--all", help="All tables with a resource.", panel=_WHICH),
    ] = False,
    undo: Annotated[
        bool,
        Option(
            "--undo",
            help="Go the way back: the shared form, with `migrate? false`.",
            panel=_WHICH,
        ),
    ] = False,
    schema: Schema = None,
    url: Url = None,
    dump: Dump = None,
    database: DumpDatabase = None,
    extension: Extension = None,
    timeout: Timeout = DEFAULT_SECONDS,
    repo: Repo = None,
    legacy: Legacy = None,
    mix_env: Annotated[
        str | None,
        Option(
            help="The project's MIX_ENV. Default: $MIX_ENV, else dev.",
            metavar="ENV",
            panel=_OUTPUT,
        ),
    ] = None,
    prove: Annotated[
        bool | None,
        Option(
            "--prove/--no-prove",
            help="Let Ash make the tables from nothing in an empty throw-away server, and compare "
            "its catalog with the database: alone, writing nothing, or (with neither) as a part "
            "of the cut-over.",
            panel=_OUTPUT,
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        Option(
            "--dry-run",
            help="Show the diff, write nothing, run no code of the project.",
            panel=_OUTPUT,
        ),
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Give tables that no legacy code refers to any more to Ash, which migrates them from then on.

    The database stays as it is: the resource says from then on all that its table
    has, and Ash writes its own snapshots of it, with `mix`, and so with the project's
    code. All that stands against it is listed, with file and line, and
    nothing is written then.
    """
    with ending(as_json=json, verbose=verbose, writes=not (dry_run or prove)):
        from ash_scaffold.cutover.run import CutoverOptions

        options = CutoverOptions(
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
            tables=tuple(table or ()),
            domain=domain,
            everything=all_,
            undo=undo,
            dry_run=dry_run,
            prove=prove is not False,
            prove_only=prove is True,
            mix_env=mix_env,
        )
        raise Ended(run(options, as_json=json, quiet=quiet, verbose=verbose))


cutover.__doc__ = f"{inspect.cleandoc(cutover.__doc__ or '')}\n\n{_EXAMPLES}"


def run(options: CutoverOptions, *, as_json: bool, quiet: bool, verbose: bool) -> Exit:
    """Do the job and print what came of it; return the exit code."""
    from ash_scaffold.cutover.run import cut_over
    from ash_scaffold.problem import Severity

    show = not quiet and not as_json
    with (
        locked_project(options.source.folder, writes=not options.dry_run) as lock,
        progress(enabled=show and sys.stderr.isatty()) as announce,
    ):
        report = cut_over(lock, options, announce)
    with telling(written=options.writes, as_json=as_json):
        if as_json:
            _print_json(report, options)
        else:
            _print(report, options, quiet=quiet, verbose=verbose)
    errors = any(each.severity is Severity.ERROR for each in _problems(report))
    return Exit.FINDINGS if errors else Exit.OK


def _problems(report: CutoverReport) -> tuple[Problem, ...]:
    return (*report.problems, *report.outcome.files.problems)


def _print(report: CutoverReport, options: CutoverOptions, *, quiet: bool, verbose: bool) -> None:
    from ash_scaffold.cli.output import console, print_diff, print_problems, safe_line

    out = console()
    if options.dry_run and not quiet:
        for diff in report.outcome.files.diffs():
            print_diff(diff)
        for edit in report.edits:
            print_diff(edit.diff())
    if not quiet:
        would = "Are" if options.writes else "Would be"
        whose = "the legacy code's as well as Ash's" if options.undo else "Ash's"
        if report.tables:
            out.print(f"{would} {whose}: {safe_line(', '.join(map(str, report.tables)))}")
        if report.already and not options.undo:
            out.print(f"Ash's already: {safe_line(', '.join(map(str, report.already)))}")
        changed = [*report.written.created, *report.written.changed, *report.written.deleted]
        for path in sorted(changed):
            out.print(f"  {safe_line(path)}")
    if report.proof is not None and not quiet:
        _print_proof(report.proof)
    print_problems(_problems(report), quiet=quiet, verbose=verbose)
    if report.commands:
        out.print("\nThere is no mix here. Run this where it is, and commit what it writes:")
        for command in report.commands:
            out.print(f"  {command}", markup=False)


def _print_proof(proof: Proof) -> None:
    from ash_scaffold.cli.output import console, safe_line
    from ash_scaffold.cutover.compare import LIMITS, describe

    out = console()
    compared = proof.comparison.tables
    same = sum(table.identical for table in compared)
    out.print(f"\nMade by Ash from nothing in {safe_line(proof.server)}:")
    out.print(f"  {same} of {len(compared)} tables are identical.")
    found = [(f"{table.table}: ", each) for table in compared for each in table.differences]
    found += [("", each) for each in proof.comparison.need_differences]
    for limit, reason in LIMITS.items():
        places = [place + describe(each) for place, each in found if each.limit is limit]
        if places:
            out.print(f"  Can't be reached: {limit.value}. {reason}")
        for place in places:
            out.print(f"    {safe_line(place)}")


def _proof(proof: Proof | None) -> object:
    if proof is None:
        return None
    from ash_scaffold.cutover.compare import describe

    return {
        "server": proof.server,
        "tables": [
            {
                "table": str(each.table),
                "identical": each.identical,
                "counts": {
                    kind.value: {"total": count.total, "same": count.same}
                    for kind, count in each.counts.items()
                },
                "differences": [
                    {"what": describe(found), "limit": found.limit and found.limit.value}
                    for found in each.differences
                ],
            }
            for each in proof.comparison.tables
        ],
        "needs": {
            "total": proof.comparison.needs.total,
            "same": proof.comparison.needs.same,
            "differences": [
                {"what": describe(found), "limit": found.limit and found.limit.value}
                for found in proof.comparison.need_differences
            ],
        },
    }


def _print_json(report: CutoverReport, options: CutoverOptions) -> None:
    from ash_scaffold.cli.output import write_json

    write_json(
        {
            "version": 1,
            "dry_run": options.dry_run,
            "undo": options.undo,
            "tables": [str(table) for table in report.tables],
            "already": [str(table) for table in report.already],
            "files": [
                {"path": each.path, "status": each.status.value}
                for each in (*report.outcome.files.files, *report.edits)
                if each.before != each.after
            ],
            "snapshots": report.snapshots,
            "commands": report.commands,
            "proof": _proof(report.proof),
            "problems": _problems(report),
        }
    )
