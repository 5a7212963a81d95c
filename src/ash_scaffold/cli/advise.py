"""`ash-scaffold advise`: what to change once the tables are Ash's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated, Any

from ash_scaffold.cli.arguments import Option
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
    from ash_scaffold.advise.advice import Advice, AdviceReport, Looked

_EXAMPLES = """[bold]Examples[/bold]

What a domain could do without, and which indexes it lacks:
  ash-scaffold advise --domain App.Sales

One table, from the dump of mix ecto.dump:
  ash-scaffold advise --dump priv/repo/structure.sql --table orders
"""
_FEW = 3
_SAID_BY_HEADING = frozenset({"index missing", "primary key missing", "updated_at missing"})


def advise(
    domain: Annotated[
        str | None,
        Option(help="Only the tables of this domain.", metavar="MODULE"),
    ] = None,
    table: Annotated[
        list[str] | None,
        Option(help="Only this table: a name or a glob. Repeatable.", metavar="PATTERN"),
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
    """Say what to change in tables and resources once Ash owns them. Writes nothing.

    Columns and tables that no code names; indexes that relationships, identities,
    tenants, sorted pages and foreign keys lack, confirmed by PostgreSQL's own plans
    on a copy without rows; indexes that a longer one makes needless; a primary key,
    NOT NULL or updated_at that is missing. Each with the lines to add or delete.
    """
    from ash_scaffold.cli.command import Ended, ending, progress

    with ending(as_json=json, verbose=verbose):
        from ash_scaffold.advise.run import AdviseOptions
        from ash_scaffold.advise.run import advise as run

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
            report = run(
                AdviseOptions(source=source, domain=domain, tables=tuple(table or ())), announce
            )
        if json:
            _print_json(report)
        else:
            _print(report, verbose=verbose)
        if report.advice:
            raise Ended(Exit.FINDINGS)


advise.__doc__ = f"{cleandoc(advise.__doc__ or '')}\n\n{_EXAMPLES}"


def _print(report: AdviceReport, *, verbose: bool) -> None:
    from ash_scaffold.cli.output import console, print_problems, safe_line

    out = console()
    out.print(f"Read {safe_line(report.source)}")
    kind = None
    for each in report.advice:
        if each.kind is not kind:
            kind = each.kind
            count = sum(other.kind is kind for other in report.advice)
            out.print(f"\n{safe_line(_heading(kind.value, count))}")
        for line in _lines(each, verbose=verbose):
            out.print(f"  {safe_line(line)}".rstrip())
    if report.advice:
        out.print("")
    out.print(_summary(report))
    for line in _looked(report.looked):
        out.print(safe_line(line))
    for each, reason in report.accepted if verbose else ():
        out.print(f"accepted: {safe_line(each.accept)}: {safe_line(reason)}")
    print_problems(report.problems, verbose=verbose)


def _heading(kind: str, count: int) -> str:
    return f"{kind[:1].upper()}{kind[1:]} ({count})"


def _lines(advice: Advice, *, verbose: bool) -> Iterator[str]:
    place = f"{advice.path}:{advice.line}" if advice.path else ""
    told = [text for text in (advice.what, advice.remark) if text]
    if advice.kind.value in _SAID_BY_HEADING:
        told = told[1:]
    yield ": ".join([advice.subject, *([" ".join(told)] if told else [])])
    reasons = advice.reasons if verbose else advice.reasons[:_FEW]
    for reason in reasons:
        yield f"  {reason.why}" + (f" ({reason.place})" if reason.place else "")
    if len(reasons) < len(advice.reasons):
        yield f"  and {len(advice.reasons) - len(reasons)} more"
    if advice.confirmed is not None and advice.confirmed.value == "not confirmed":
        yield "  not confirmed: by the catalog alone, no plan could be asked for"
    if advice.elixir:
        verb = "add to" if advice.add else "delete from"
        where = f"{advice.section} of {place}" if place else f"{advice.section} of its resource"
        yield f"  {verb} {where}:"
        yield from (f"      {line}" for line in advice.elixir)
    if advice.sql and not advice.owned:
        before = "while legacy migrations change the table" if advice.elixir else "in the database"
        yield f"  {before}: {advice.sql}"


def _summary(report: AdviceReport) -> str:
    tables = counted(report.tables, "table")
    accepted = f", {len(report.accepted)} accepted" if report.accepted else ""
    if not report.advice:
        return f"{tables}: nothing to advise{accepted}"
    pieces = f"{counted(len(report.advice), 'piece')} of advice"
    return f"{tables}: {pieces}{accepted}"


def _looked(looked: Looked) -> Iterator[str]:
    if looked.files:
        folders = ", ".join(looked.folders)
        yield (
            f"Names were looked for as words in {counted(looked.files, 'file')} ({folders}) and in "
            f"the text of {counted(looked.stored, 'object')} of the database (functions, views, "
            "rules, policies, triggers). Names that are put together at run time, other "
            "repositories and clients are not seen."
        )
    for remark in looked.remarks:
        yield f"{remark[:1].upper()}{remark[1:]}."


def _print_json(report: AdviceReport) -> None:
    import msgspec

    from ash_scaffold.cli.output import write_json

    write_json(
        {
            "version": 1,
            "source": report.source,
            "tables": report.tables,
            "advice": [_object(each) for each in report.advice],
            "accepted": [
                {"object": each.accept, "reason": reason, "advice": _object(each)}
                for each, reason in report.accepted
            ],
            "looked": msgspec.to_builtins(report.looked),
            "problems": msgspec.to_builtins(report.problems),
        }
    )


def _object(advice: Advice) -> dict[str, Any]:
    import msgspec

    return {
        "kind": advice.kind.value,
        "table": str(advice.table),
        "columns": advice.columns,
        "index": advice.index,
        "what": advice.what,
        "remark": advice.remark,
        "reasons": [
            {"why": each.why, "path": each.path, "line": each.line or None}
            for each in advice.reasons
        ],
        "module": advice.module,
        "path": advice.path,
        "line": advice.line or None,
        "section": advice.section,
        "change": ("add" if advice.add else "delete") if advice.elixir else "",
        "elixir": advice.elixir,
        "sql": advice.sql,
        "owned_by_ash": advice.owned,
        "confirmed": msgspec.to_builtins(advice.confirmed),
        "accept": advice.accept,
    }
