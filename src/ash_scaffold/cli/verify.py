"""`ash-scaffold verify`: compares compiled resources with the database, and reads rows."""

from __future__ import annotations

import inspect
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ash_scaffold.cli.arguments import Option
from ash_scaffold.cli.command import Ended, ending, progress
from ash_scaffold.cli.options import (
    DumpDatabase,
    Extension,
    Json,
    Repo,
    Schema,
    Timeout,
    Verbose,
    source_options,
)
from ash_scaffold.counted import counted
from ash_scaffold.postgres.time_limit import DEFAULT_SECONDS
from ash_scaffold.problem import Exit

if TYPE_CHECKING:
    from ash_scaffold.verify.behaviour import BehaviourOptions, BehaviourReport
    from ash_scaffold.verify.report import VerifyReport
    from ash_scaffold.verify.run import VerifyOptions

_WHICH = "Which resources"
_DATABASE = "The database"
_ROWS = "The rows"
_BEHAVIOUR = "The behaviour"
_OUTPUT = "The run"


class Params(StrEnum):
    """What the inputs of `--behaviour` look like."""

    FORM = "form"
    JSON = "json"
    BOTH = "both"


_EXAMPLES = """[bold]Examples[/bold]

Every domain of ash_domains, 100 rows of each table:
  ash-scaffold verify

One domain, every row:
  ash-scaffold verify --domain App.Accounts --rows all

Actions beside the changeset functions that they were made of, 500 inputs each:
  ash-scaffold verify --behaviour --domain App.Accounts

Writes as well, in a throw-away server that has the schema's dump, and JUnit XML for CI:
  ash-scaffold verify --dump priv/repo/structure.sql --write --junit verify.xml
"""


def verify(
    domain: Annotated[
        list[str] | None,
        Option(
            help="Only this domain of ash_domains. Repeatable.",
            metavar="MODULE",
            panel=_WHICH,
        ),
    ] = None,
    table: Annotated[
        list[str] | None,
        Option(
            help="Only resources on this table: a name, a glob, schema.table outside public. "
            "Repeatable.",
            metavar="PATTERN",
            panel=_WHICH,
        ),
    ] = None,
    schema: Schema = None,
    url: Annotated[
        str | None,
        Option(
            help="The database, which must be the repo's: postgres://user@host/name. "
            "Default: $DATABASE_URL, else the configuration's. The project sees it as "
            "$DATABASE_URL.",
            metavar="URL",
            panel=_DATABASE,
        ),
    ] = None,
    dump: Annotated[
        Path | None,
        Option(
            help="Use a SQL dump instead, loaded into a throw-away server.",
            metavar="FILE",
            panel=_DATABASE,
        ),
    ] = None,
    database: DumpDatabase = None,
    extension: Extension = None,
    timeout: Timeout = DEFAULT_SECONDS,
    reconnect: Annotated[
        bool,
        Option(
            "--reconnect",
            help="Start the repo with this database, whatever its configuration says.",
            panel=_DATABASE,
        ),
    ] = False,
    repo: Repo = None,
    tenant: Annotated[
        str | None,
        Option(
            help="The schema whose rows are read where each tenant has one. Default: that of "
            "\\[tenancy].",
            metavar="NAME",
            panel=_ROWS,
        ),
    ] = None,
    rows: Annotated[
        str,
        Option(
            help="How many rows of each table are read through Ash: a number, or all.",
            metavar="N|all",
            panel=_ROWS,
        ),
    ] = "100",
    show_values: Annotated[
        bool,
        Option(
            "--show-values",
            help="Show the values that differ; never those of sensitive attributes.",
            panel=_ROWS,
        ),
    ] = False,
    write: Annotated[
        bool,
        Option(
            "--write",
            help="Write rows back and violate constraints, in transactions that are rolled back. "
            "Only with --dump, or on a database listed in \\[verify] writable.",
            panel=_ROWS,
        ),
    ] = False,
    behaviour: Annotated[
        bool,
        Option(
            "--behaviour",
            help="Compare actions with the changeset functions that they were made of, instead: "
            "both get the same inputs. What they write is rolled back; only with --dump, --dry, or "
            "on a database listed in \\[verify] writable.",
            panel=_BEHAVIOUR,
        ),
    ] = False,
    inputs: Annotated[
        int | None,
        Option(
            help="How many inputs each action gets in each mode. Default: 500.",
            metavar="N",
            min=1,
            panel=_BEHAVIOUR,
        ),
    ] = None,
    params: Annotated[
        Params,
        Option(help="What inputs look like: in a form all is text.", panel=_BEHAVIOUR),
    ] = Params.BOTH,
    seed: Annotated[
        int | None,
        Option(
            help="Draw other inputs: the same seed gives the same ones. Default: 1.",
            metavar="N",
            min=0,
            panel=_BEHAVIOUR,
        ),
    ] = None,
    dry: Annotated[
        bool,
        Option(
            "--dry",
            help="Write nothing: compare what would be written.",
            panel=_BEHAVIOUR,
        ),
    ] = False,
    tests: Annotated[
        Path | None,
        Option(
            help="Write the inputs at bounds, and those on which the two differ, as ExUnit tests "
            "of the actions, with the functions' answers. Never over a file that was edited.",
            metavar="FILE",
            panel=_BEHAVIOUR,
        ),
    ] = None,
    mix_env: Annotated[
        str | None,
        Option(
            help="The project's MIX_ENV. Default: $MIX_ENV, else dev.",
            metavar="ENV",
            panel=_OUTPUT,
        ),
    ] = None,
    json: Json = False,
    junit: Annotated[
        Path | None,
        Option(
            help="Write JUnit XML to this file as well.",
            metavar="FILE",
            panel=_OUTPUT,
        ),
    ] = None,
    quiet: Annotated[
        bool,
        Option("--quiet", "-q", help="Print findings only.", panel=_OUTPUT),
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Ask the compiled resources of the project, and compare them with the database.

    Runs `mix` in the project, and so its code, with the whole environment: what
    the resources say is held against the live
    catalog, and rows are read through Ash and compared with what PostgreSQL
    returns. With --behaviour, actions are held against the changeset functions
    of the legacy code that they were made of. Exit code 0: nothing but notes;
    1: findings; 2: could not check.
    """
    with ending(as_json=json, verbose=verbose, writes=junit is not None or tests is not None):
        from ash_scaffold.verify.run import VerifyOptions

        source = source_options(
            url,
            dump,
            schema,
            database=database,
            repo=repo,
            extension=extension,
            timeout=timeout,
        )
        if behaviour:
            from ash_scaffold.verify.behaviour import (
                DEFAULT_INPUTS,
                DEFAULT_SEED,
                MODES,
                BehaviourOptions,
            )

            without = {"--write": write, "--rows": rows != "100", "--tenant": tenant is not None}
            _refuse("goes without --behaviour", without)
            compared = BehaviourOptions(
                source=source,
                domains=tuple(domain or ()),
                tables=tuple(table or ()),
                inputs=DEFAULT_INPUTS if inputs is None else inputs,
                seed=DEFAULT_SEED if seed is None else seed,
                modes=MODES if params is Params.BOTH else (params.value,),
                dry=dry,
                cases=tests is not None,
                show_values=show_values,
                reconnect=reconnect,
                mix_env=mix_env,
            )
            raise Ended(
                run_behaviour(
                    compared,
                    as_json=json,
                    junit=junit,
                    tests=tests,
                    quiet=quiet,
                    verbose=verbose,
                )
            )
        given = {
            "--inputs": inputs is not None,
            "--params": params is not Params.BOTH,
            "--seed": seed is not None,
            "--dry": dry,
            "--tests": tests is not None,
        }
        _refuse("goes with --behaviour only", given)
        options = VerifyOptions(
            source=source,
            domains=tuple(domain or ()),
            tables=tuple(table or ()),
            rows=_rows(rows),
            show_values=show_values,
            write=write,
            reconnect=reconnect,
            tenant=tenant,
            mix_env=mix_env,
        )
        raise Ended(run(options, as_json=json, junit=junit, quiet=quiet, verbose=verbose))


verify.__doc__ = f"{inspect.cleandoc(verify.__doc__ or '')}\n\n{_EXAMPLES}"


def _refuse(why: str, given: dict[str, bool]) -> None:
    from ash_scaffold.problem import Code, fail

    for option, is_given in given.items():
        if is_given:
            todo = "Leave it out" if "without" in why else "Add --behaviour, or leave it out"
            raise fail(Code.USAGE, f"{option} {why}.", where=option, todo=f"{todo}.")


def _rows(text: str) -> int | None:
    from ash_scaffold.problem import Code, fail

    if text == "all":
        return None
    if not (text.isascii() and text.isdigit()):
        raise fail(
            Code.USAGE,
            f"--rows is {text!r}, which is neither a number nor all.",
            where="--rows",
            todo="Give --rows 100, --rows 0 to read none, or --rows all.",
        )
    return int(text)


def run(
    options: VerifyOptions, *, as_json: bool, junit: Path | None, quiet: bool, verbose: bool
) -> Exit:
    """Do the job and print what came of it; return the exit code."""
    from ash_scaffold.cli.output import write_json
    from ash_scaffold.verify.answers import Answer, RowsAnswer
    from ash_scaffold.verify.report import verify_document, verify_junit
    from ash_scaffold.verify.run import verify as do_verify

    with progress(enabled=not as_json and not quiet and sys.stderr.isatty()) as say:

        def heard(answer: Answer) -> None:
            if isinstance(answer, RowsAnswer):
                say(f"Reading {answer.module}")

        report = do_verify(options, say, heard)
    if junit is not None:
        _write_junit(junit, verify_junit(report))
    if as_json:
        write_json(verify_document(report))
    else:
        _print(report, quiet=quiet, verbose=verbose)
    return Exit.OK if report.clean else Exit.FINDINGS


def run_behaviour(
    options: BehaviourOptions,
    *,
    as_json: bool,
    junit: Path | None,
    tests: Path | None,
    quiet: bool,
    verbose: bool,
) -> Exit:
    """Compare actions with their functions and print what came of it; return the exit code."""
    from ash_scaffold.cli.output import write_json
    from ash_scaffold.verify.answers import Answer, BegunAnswer
    from ash_scaffold.verify.behaviour import behaviour as do_behaviour
    from ash_scaffold.verify.behaviour import behaviour_document, behaviour_junit
    from ash_scaffold.verify.test_file import require_unedited, write_test_file

    if tests is not None:
        require_unedited(tests)
    with progress(enabled=not as_json and not quiet and sys.stderr.isatty()) as say:

        def heard(answer: Answer) -> None:
            if isinstance(answer, BegunAnswer):
                say(f"Asking {answer.resource} {answer.action}")

        report = do_behaviour(options, say, heard)
    if junit is not None:
        _write_junit(junit, behaviour_junit(report))
    written = write_test_file(tests, report) if tests is not None else 0
    if as_json:
        write_json(behaviour_document(report))
    else:
        _print_behaviour(report, quiet=quiet, verbose=verbose)
        if tests is not None and not quiet:
            _say(f"Wrote {written} tests to {tests}.")
    return Exit.OK if report.clean else Exit.FINDINGS


def _say(text: str) -> None:
    from ash_scaffold.cli.output import console, safe

    console().print(safe(text))


def _print_behaviour(report: BehaviourReport, *, quiet: bool, verbose: bool) -> None:
    from ash_scaffold.cli.output import console, print_problems, print_table, safe
    from ash_scaffold.problem import Severity

    out = console()
    if not quiet:
        how = "nothing was written" if report.dry else "all writes were rolled back"
        out.print(
            f"Asked functions and actions on {safe(report.source)}; seed {report.seed}, {how}"
        )
        print_problems(report.problems, verbose=verbose)
        rows = [
            (c.action, c.function, c.mode, str(c.inputs), str(c.accepted), str(c.agreed))
            for c in report.compared
        ]
        columns = ("action", "function", "mode", "inputs", "accepted", "agreed")
        print_table("Compared", columns, rows)
    findings = [f for f in report.findings if not quiet or f.severity is not Severity.NOTE]
    for finding in findings:
        out.print(
            f"{finding.severity.value} {finding.kind} {safe(finding.subject)}: {safe(finding.what)}"
        )
        for line in finding.todo.splitlines():
            out.print(f"    {safe(line)}")
    for each in report.accepted if not quiet else ():
        out.print(f"accepted {each.finding.kind} {safe(each.finding.subject)}: {safe(each.reason)}")
    inputs = sum(each.inputs for each in report.compared)
    agreed = sum(each.agreed for each in report.compared)
    actions = len({each.action for each in report.compared})
    out.print(f"{counted(actions, 'action')}: {agreed} of {inputs} inputs agree.")


def _write_junit(path: Path, text: str) -> None:
    from ash_scaffold.problem import Code, fail

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        what = f"The JUnit file can't be written: {error.strerror}."
        raise fail(Code.NOT_WRITABLE, what, where=str(path)) from None


def _print(report: VerifyReport, *, quiet: bool, verbose: bool) -> None:
    from ash_scaffold.cli.output import console, print_problems, print_table, safe
    from ash_scaffold.problem import Severity

    out = console()
    if not quiet:
        out.print(
            f"Read {safe(report.source)} through Ash {report.ash}, AshPostgres "
            f"{report.ash_postgres}"
        )
        print_problems(report.problems, verbose=verbose)
        rows = [
            (c.resource, c.table, str(c.rows), str(c.values), str(c.written), str(c.violations))
            for c in report.checked
        ]
        columns = ("resource", "table", "rows", "values", "written back", "violations")
        print_table("Checked", columns, rows)
    findings = [f for f in report.findings if not quiet or f.severity is not Severity.NOTE]
    if findings:
        print_table(
            "Found",
            ("", "kind", "where", "what", "what to do"),
            [(f.severity.value, f.kind, f.subject, f.what, f.todo) for f in findings],
        )
    counts = [
        (report.count(severity), severity.value)
        for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)
    ]
    found = ", ".join(counted(n, word) for n, word in counts)
    out.print(f"{counted(len(report.checked), 'resource')}: {found}.")
