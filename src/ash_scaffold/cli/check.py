"""`ash-scaffold check`: compares database, snapshots and code in CI."""

from __future__ import annotations

import inspect
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ash_scaffold.cli.arguments import Option
from ash_scaffold.cli.command import Ended, ending, progress
from ash_scaffold.cli.options import (
    Dump,
    DumpDatabase,
    Extension,
    Legacy,
    NoLegacy,
    Repo,
    Schema,
    Timeout,
    Url,
    source_options,
    working_folder,
)
from ash_scaffold.postgres.time_limit import DEFAULT_SECONDS
from ash_scaffold.problem import Exit

if TYPE_CHECKING:
    from ash_scaffold.check.report import CheckReport
    from ash_scaffold.problem import Severity
    from ash_scaffold.session import SourceOptions

_OUTPUT = "The outcome"

_EXAMPLES = """[bold]Examples[/bold]

In CI, from the dump of mix ecto.dump, no server needed:
  ash-scaffold check --dump priv/repo/structure.sql

Annotations on the lines of a pull request, failing only for what breaks:
  ash-scaffold check --dump priv/repo/structure.sql --format github --fail-on breaks

Which tables the legacy code still refers to:
  ash-scaffold check --url postgres://me@localhost/app_dev --hand-over
"""


class Format(StrEnum):
    """What `--format` may be."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    JUNIT = "junit"


class FailOn(StrEnum):
    """What `--fail-on` may be."""

    BREAKS = "breaks"
    DIFFERS = "differs"
    STALE = "stale"


def check(
    url: Url = None,
    dump: Dump = None,
    database: DumpDatabase = None,
    extension: Extension = None,
    timeout: Timeout = DEFAULT_SECONDS,
    schema: Schema = None,
    repo: Repo = None,
    legacy: Legacy = None,
    no_legacy: NoLegacy = False,
    format_: Annotated[
        Format,
        Option(
            "--format",
            help="How findings are printed; `github` makes annotations on files and lines.",
            panel=_OUTPUT,
        ),
    ] = Format.TEXT,
    fail_on: Annotated[
        FailOn,
        Option(
            help="The least that makes the exit code 1: what breaks a read or write, what is "
            "stricter or looser than the database, or text that another run would change.",
            panel=_OUTPUT,
        ),
    ] = FailOn.STALE,
    hand_over: Annotated[
        bool,
        Option(
            "--hand-over",
            help="Also say which tables legacy code still refers to (always in JSON).",
            panel=_OUTPUT,
        ),
    ] = False,
    verbose: Annotated[
        bool,
        Option(
            "--verbose",
            "-v",
            help="Show every place of every finding, what was read and where the time went.",
            panel=_OUTPUT,
        ),
    ] = False,
) -> None:
    """Say where resources, snapshots and database disagree, and what could let Ash migrate.

    Reads the code as text, without Elixir, and writes nothing. Prints nothing
    when all agree. Exit code 0: clean; 1: findings; 2: could not check.
    """
    with ending(as_json=format_ is Format.JSON, verbose=verbose):
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
        code = run(options, format_, fail_on, hand_over=hand_over, verbose=verbose)
        raise Ended(code)


check.__doc__ = f"{inspect.cleandoc(check.__doc__ or '')}\n\n{_EXAMPLES}"


def run(
    options: SourceOptions, format_: Format, fail_on: FailOn, *, hand_over: bool, verbose: bool
) -> Exit:
    """Do the job and print what came of it; return the exit code."""
    from ash_scaffold.check.run import check as do_check
    from ash_scaffold.cli.output import print_problems
    from ash_scaffold.cli.unchanged import current
    from ash_scaffold.problem import Severity as ProblemSeverity
    from ash_scaffold.report.finding import DRIFT_WORDS

    threshold = next(each for each, word in DRIFT_WORDS.items() if word == fail_on.value)
    as_json = format_ is Format.JSON
    with progress(enabled=format_ is Format.TEXT and sys.stderr.isatty()) as announce:
        report = do_check(options, announce, with_hand_over=hand_over or as_json)
    attempt = current()
    with attempt.telling():
        if not as_json:
            print_problems(report.problems, verbose=verbose)
        _print(report, format_, threshold, verbose=verbose)
        if verbose and not as_json:
            _print_timings(report)
    if not (verbose or report.findings or report.problems):
        attempt.keep()
    if any(problem.severity is ProblemSeverity.ERROR for problem in report.problems):
        return Exit.FAILED  # what is unknown can't be said to agree
    return Exit.FINDINGS if report.fails(threshold) else Exit.OK


def _print(report: CheckReport, format_: Format, threshold: Severity, *, verbose: bool) -> None:
    from ash_scaffold.check.report import check_document, check_junit, check_text
    from ash_scaffold.cli.output import write, write_json, write_log_commands, write_xml
    from ash_scaffold.report.formats import as_annotations

    match format_:
        case Format.JSON:
            write_json(check_document(report, threshold))
        case Format.GITHUB:
            write_log_commands(as_annotations(report, _prefix()))
        case Format.JUNIT:
            write_xml(check_junit(report, threshold))
        case Format.TEXT:
            write(check_text(report, every=verbose))


def _prefix() -> str:
    """Return the project's folder in the checkout of GitHub Actions, which annotations go by."""
    from ash_scaffold.project.read import find_root

    workspace = os.environ.get("GITHUB_WORKSPACE")
    if not workspace:
        return ""
    root = find_root(working_folder()).resolve()
    if not root.is_relative_to(Path(workspace).resolve()):
        return ""
    inside = root.relative_to(Path(workspace).resolve()).as_posix()
    return "" if inside == "." else f"{inside}/"


def _print_timings(report: CheckReport) -> None:
    from ash_scaffold.cli.output import write_error

    write_error(f"Read {report.source}; {report.tables} tables have a resource.\n")
    for each in report.not_begun:
        write_error(f"Not begun: {each.domain} ({', '.join(each.tables)})\n")
    for phase, seconds in report.timings.items():
        write_error(f"{phase} {seconds:.2f} s\n")
