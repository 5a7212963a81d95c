"""`ash-scaffold init`: proposes ash_scaffold.toml."""

from __future__ import annotations

import inspect
import sys
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
from ash_scaffold.problem import Exit, Severity

if TYPE_CHECKING:
    from ash_scaffold.propose.domains import DomainProposal
    from ash_scaffold.propose.run import Outcome
    from ash_scaffold.propose.tenancy import TenancyProposal
    from ash_scaffold.session import SourceOptions

_EXAMPLES = """[bold]Examples[/bold]

Propose domains for the tables of a dump, and look at them first:
  ash-scaffold init --dump priv/repo/structure.sql --dry-run

Then write ash_scaffold.toml, and the resources:
  ash-scaffold init --dump priv/repo/structure.sql
  ash-scaffold resources --dump priv/repo/structure.sql"""


def init(
    schema: Schema = None,
    url: Url = None,
    dump: Dump = None,
    database: DumpDatabase = None,
    extension: Extension = None,
    timeout: Timeout = DEFAULT_SECONDS,
    repo: Repo = None,
    legacy: Legacy = None,
    no_legacy: NoLegacy = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Show the diff and write nothing.")] = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write ash_scaffold.toml with a domain for every table, each with the reason as a comment.

    Domains come from the legacy contexts, and for other tables from PostgreSQL
    schemas and from what foreign keys and names tie together. Nothing that is in
    the file is changed: entries for tables without a domain are added at its end.
    """
    with ending(as_json=json, verbose=verbose, writes=not dry_run):
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
        outcome = _run(options, dry_run=dry_run, show=not json and not quiet)
        with telling(written=not dry_run, as_json=json):
            if json:
                _print_json(outcome, dry_run=dry_run)
            else:
                _print(outcome, url=url is not None, dry_run=dry_run, quiet=quiet, verbose=verbose)
        errors = any(each.severity is Severity.ERROR for each in outcome.problems)
        raise Ended(Exit.FINDINGS if errors else Exit.OK)


init.__doc__ = f"{inspect.cleandoc(init.__doc__ or '')}\n\n{_EXAMPLES}"


def _run(options: SourceOptions, *, dry_run: bool, show: bool) -> Outcome:
    from ash_scaffold.project.write import write_files
    from ash_scaffold.propose.run import prepare

    with locked_project(options.folder, writes=not dry_run) as lock:
        with progress(enabled=show and sys.stderr.isatty()) as announce:
            outcome = prepare(options, announce)
        if not dry_run and outcome.after != outcome.before:
            write_files(lock, outcome.files, expected=outcome.seen)
    return outcome


def _print(outcome: Outcome, *, url: bool, dry_run: bool, quiet: bool, verbose: bool) -> None:
    from ash_scaffold.cli.output import (
        console,
        listed,
        print_diff,
        print_problems,
        print_table,
        safe,
    )

    if quiet:
        print_problems(outcome.problems, quiet=True, verbose=verbose)
        return
    out = console()
    out.print(f"Read {safe(outcome.source)}\n")
    if dry_run and outcome.status != "unchanged":
        print_diff(outcome.diff)
    elif outcome.proposal.new:
        print_table(
            "",
            ("domain", "tables", "why"),
            [
                (domain.module, str(len(domain.members)), domain.reason)
                for domain in outcome.proposal.new
            ],
        )
    if outcome.left_out:
        out.print(f"Left out: {listed(outcome.left_out)}")
    if outcome.tenancy is not None:
        out.print(_tenants(outcome.tenancy))
    print_problems(outcome.problems, verbose=verbose)
    out.print(_ending(outcome, url=url, dry_run=dry_run))


def _tenants(found: TenancyProposal) -> str:
    from ash_scaffold.cli.output import safe

    seem = "seem to" if found.entries else "may"
    return (
        f"The rows {seem} belong to tenants: {safe(found.reason)}. Where they do, say so in "
        "[tenancy] of ash_scaffold.toml."
    )


def _ending(outcome: Outcome, *, url: bool, dry_run: bool) -> str:
    if outcome.status == "unchanged":
        why = "every table is in a domain"
        if outcome.proposal.additions:
            why = "what is in no domain belongs to one that is yours to change"
        return f"ash_scaffold.toml unchanged: {why}."
    if dry_run:
        return f"ash_scaffold.toml would be {outcome.status}."
    first = next((domain.module for domain in outcome.proposal.new), None)
    one = "" if first is None else f" --domain {first} --dry-run"
    # It may hold a password, so that no file of the repository gets it.
    again = " (with that --url, or $DATABASE_URL set to it)" if url else ""
    return (
        f"ash_scaffold.toml {outcome.status}. Look it over, then run, a domain at a time: "
        f"ash-scaffold resources{one}{again}"
    )


def _print_json(outcome: Outcome, *, dry_run: bool) -> None:
    import msgspec

    from ash_scaffold.cli.output import write_json

    def domains(found: tuple[DomainProposal, ...]) -> list[dict[str, object]]:
        return [
            {
                "domain": proposal.module,
                "reason": proposal.reason,
                "tables": [
                    {"table": member.pattern, "reason": member.reason}
                    for member in proposal.members
                ],
            }
            for proposal in found
        ]

    write_json(
        {
            "version": 1,
            "dry_run": dry_run,
            "source": outcome.source,
            "file": "ash_scaffold.toml",
            "status": outcome.status,
            "domains": domains(outcome.proposal.new),
            "additions": domains(outcome.proposal.additions),
            "left_out": [str(name) for name in outcome.left_out],
            "tenancy": None
            if outcome.tenancy is None
            else {
                "reason": outcome.tenancy.reason,
                "proposed": dict(outcome.tenancy.entries) or None,
            },
            "diff": outcome.diff if dry_run else None,
            "problems": msgspec.to_builtins(outcome.problems),
        }
    )
