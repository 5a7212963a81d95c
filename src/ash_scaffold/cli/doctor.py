"""`ash-scaffold doctor`: whether machine, project and database are fit for the resources."""

from __future__ import annotations

import inspect
import sys
from itertools import groupby
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
    from ash_scaffold.doctor.report import Check, DoctorReport
    from ash_scaffold.session import SourceOptions

_EXAMPLES = """[bold]Examples[/bold]

What is missing, the database included:
  ash-scaffold doctor --url postgres://me@localhost/app_dev

Add the missing lines to config/config.exs, .formatter.exs and the repo:
  ash-scaffold doctor --url postgres://me@localhost/app_dev --fix

Exit codes: 0 no errors, 1 errors, 2 it could not look."""


def doctor(
    url: Url = None,
    dump: Dump = None,
    database: DumpDatabase = None,
    extension: Extension = None,
    timeout: Timeout = DEFAULT_SECONDS,
    schema: Schema = None,
    repo: Repo = None,
    legacy: Legacy = None,
    no_legacy: NoLegacy = False,
    fix: Annotated[
        bool,
        Option("--fix", help="Add the missing lines to the project's files, where that is safe."),
    ] = False,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Check Elixir, the project, the repo, snapshots and database; show the lines that are missing.

    Without a database, what needs one is skipped. Runs no code of the project.
    """
    with ending(as_json=json, verbose=verbose, writes=fix):
        options = source_options(
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
        report = _run(options, fix=fix, show=not json)
        with telling(written=fix, as_json=json):
            if json:
                from ash_scaffold.cli.output import write_json
                from ash_scaffold.doctor.report import doctor_document

                write_json(doctor_document(report))
            else:
                _print(report, fix=fix, verbose=verbose)
        raise Ended(_code(report))


doctor.__doc__ = f"{inspect.cleandoc(doctor.__doc__ or '')}\n\n{_EXAMPLES}"


def _run(options: SourceOptions, *, fix: bool, show: bool) -> DoctorReport:
    from ash_scaffold.doctor.run import examine, repair

    show = show and sys.stderr.isatty()
    if not fix:
        with progress(enabled=show) as announce:
            return examine(options, announce)
    with (
        locked_project(options.folder, writes=True) as lock,
        progress(enabled=show) as announce,
    ):
        return repair(lock, options, announce)


def _code(report: DoctorReport) -> Exit:
    from ash_scaffold.problem import Severity

    return Exit.FINDINGS if report.fails(Severity.ERROR) else Exit.OK


_PAD = " " * 10


def _print(report: DoctorReport, *, fix: bool, verbose: bool) -> None:
    from ash_scaffold.cli.output import console
    from ash_scaffold.report.groups import SHOWN

    out = console()
    group = None
    for _, alike in groupby(report.findings, key=lambda check: (check.source, check.kind)):
        checks = sorted(alike, key=lambda check: check.severity.rank)
        source = checks[0].source
        if source != group:
            out.print(("" if group is None else "\n") + source)
            group = source
        shown = checks if verbose or any(check.lines for check in checks) else checks[:SHOWN]
        for number, check in enumerate(shown):
            last_of_it = check.todo not in {each.todo for each in shown[number + 1 :]}
            _print_check(check, with_todo=last_of_it)
        if len(shown) < len(checks):
            out.print(f"{_PAD}and {len(checks) - len(shown)} more (-v shows them)")
    out.print()
    for path in report.written:
        out.print(f"written: {path}")
    out.print(_summary(report, fix=fix))


def _print_check(check: Check, *, with_todo: bool) -> None:
    from rich.text import Text

    from ash_scaffold.cli.output import console, safe

    styles = {"ok": "green", "warning": "yellow", "error": "bold red"}
    label = "fixed" if check.fixed else check.status
    line = Text("  ")
    line.append(f"{label:<8}", style=styles.get(check.status, "dim"))
    line.append(safe(check.what))
    out = console()
    out.print(line)
    if check.status == "ok":
        return
    for row in check.todo.splitlines() if with_todo else ():
        out.print(Text(f"{_PAD}{safe(row)}"))
    if check.lines and check.path:
        out.print(Text(f"{_PAD}{safe(check.path)}"))
    for row in check.lines:
        out.print(Text(f"{_PAD}    {safe(row)}".rstrip()))


def _summary(report: DoctorReport, *, fix: bool) -> str:
    from ash_scaffold.problem import Severity

    errors, warnings = report.count(Severity.ERROR), report.count(Severity.WARNING)
    found = [
        counted(count, noun) for count, noun in ((errors, "error"), (warnings, "warning")) if count
    ]
    text = " and ".join(found) or "Nothing is wrong"
    skipped = sum(check.skipped for check in report.findings)
    if skipped:
        text += f", {skipped} skipped"
    fixable = sum(check.fixable for check in report.findings)
    if fixable and not fix:
        return f"{text}. `ash-scaffold doctor --fix` adds {fixable} of the missing lines."
    return f"{text}."
