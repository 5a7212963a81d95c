"""`ash-scaffold plan`: in which order an application moves to Ash, and what is left to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated, Any

from ash_scaffold.cli.arguments import Option
from ash_scaffold.cli.options import (
    OUTPUT,
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
from ash_scaffold.problem import Exit, Severity

if TYPE_CHECKING:
    from ash_scaffold.move.model import MovePlan, Size, Slice, Step

_EXAMPLES = """[bold]Examples[/bold]

The whole move, from the dump of mix ecto.dump:
  ash-scaffold plan --dump priv/repo/structure.sql

What to do now, with its commands:
  ash-scaffold plan --next

The slice that a table goes live with, with every place in the legacy code:
  ash-scaffold plan --table users --verbose
"""
# Places of a step, and tables in a line, that are shown of many.
_PLACES, _NAMES = 6, 8
_STYLES = {
    "done": "green",
    "to do": "yellow",
    "stopped": "red",
    "waits": "dim",
    "has to be run": "cyan",
}
_BY_HAND = {
    "callers": "by hand: let the legacy modules call Ash, or move them",
    "delete": "by hand: delete what nothing calls any more",
    "actions": "by hand: write what the actions lack",
    "cutover": "nothing to run",
}


def plan(
    next_: Annotated[
        bool,
        Option("--next", help="Only the slice to do now, with its commands.", panel=OUTPUT),
    ] = False,
    domain: Annotated[
        str | None,
        Option(help="Only the slices with a table of this domain.", metavar="MODULE"),
    ] = None,
    table: Annotated[
        list[str] | None,
        Option(
            help="Only the slices with this table, with their commands: a name or a glob. "
            "Repeatable.",
            metavar="PATTERN",
        ),
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
    """Say in which slices the application moves to Ash, and what is left to do for each.

    A slice is tables that go live together, and alone. Each has what is to be ported,
    what stops it, how far it is, and its commands in order with what they would say
    today. Slices whose tables others refer to come first; of those that may come next,
    the one with the fewest users, then with the least to port. Writes and runs nothing.
    """
    from ash_scaffold.cli.command import Ended, ending, progress

    with ending(as_json=json, verbose=verbose):
        from ash_scaffold.move.plan import make_plan, selected
        from ash_scaffold.move.read import read_facts

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
            found = make_plan(read_facts(source, announce))
        chosen = selected(found, tuple(table or ()), domain)
        if next_:
            open_ = [each for each in chosen if each.open_step is not None]
            chosen = tuple(open_[:1])
        if json:
            _print_json(found, chosen)
        else:
            _print(found, chosen, whole=bool(next_ or table), next_=next_, verbose=verbose)
        if any(each.severity is Severity.ERROR for each in found.problems):
            raise Ended(Exit.FINDINGS)


plan.__doc__ = f"{cleandoc(plan.__doc__ or '')}\n\n{_EXAMPLES}"


def _print(
    found: MovePlan, chosen: Sequence[Slice], *, whole: bool, next_: bool, verbose: bool
) -> None:
    from ash_scaffold.cli.output import console, print_problems, safe_line

    out = console()
    out.print(f"Read {safe_line(found.source)}")
    for line in _heading(found):
        out.print(safe_line(line))
    if next_ and not chosen:
        out.print("\nEvery slice is done.")
    for each in chosen:
        out.print("")
        _print_slice(found, each, whole=whole or verbose, verbose=verbose)
    if not (whole or verbose) and found.next is not None:
        following = found.slice(found.next)
        if following in chosen:
            out.print(f"\nNow: slice {following.number}, {_titled(following)}")
            _print_steps(following, verbose=False)
    print_problems(found.problems, verbose=verbose)
    if verbose:
        for phase, seconds in found.timings.items():
            out.print(f"{phase} {seconds:.2f} s")


def _heading(found: MovePlan) -> Iterator[str]:
    live = sum(each.is_live for each in found.slices)
    done = sum(each.is_done for each in found.slices)
    parts, of = sum(s.done for s in found.slices), sum(s.total for s in found.slices)
    yield (
        f"{counted(found.tables, 'table')} in {counted(len(found.slices), 'slice')}: {live} live, "
        f"{done} of them done; {parts} of {of} parts"
    )
    if any(each.needs for each in found.slices):
        yield (
            "A slice comes after those whose resources it refers to: these have to be there, and "
            "need not be live."
        )
    if not found.with_legacy:
        yield (
            "No legacy code was read: foreign keys alone decide on the slices, and what is to be "
            "ported is not known."
        )
    if found.begun:
        names = [f"{number} ({found.slice(number).name})" for number in found.begun]
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        yield f"Begun and not live: {', '.join(names[:_NAMES])}{more}"
    for each in found.first:
        yield f"{each}."


def _titled(each: Slice) -> str:
    names = [str(name) for name in each.tables]
    shown = ", ".join(names[:_NAMES])
    return shown + (f" and {len(names) - _NAMES} more" if len(names) > _NAMES else "")


def _print_slice(found: MovePlan, each: Slice, *, whole: bool, verbose: bool) -> None:
    from ash_scaffold.cli.output import console, safe_line

    out = console()
    domains = " and ".join(each.domains) or "no domain"
    proposed = ", as init proposes" if each.proposed else ""
    live = "live, " if each.is_live else ""
    out.print(
        safe_line(
            f"{each.number}. {_titled(each)}  ({domains}{proposed}; "
            f"{'done' if each.is_done else f'{live}{each.done} of {each.total}'})"
        )
    )
    for label, text in _lines(found, each, whole=whole):
        out.print(safe_line(f"   {label:<9} {text}"))
    if whole:
        _print_steps(each, verbose=verbose)


def _lines(found: MovePlan, each: Slice, *, whole: bool) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of a slice, each with its label."""
    if each.needs:
        numbers = [f"{n} ({found.slice(n).name})" for n in each.needs]
        yield "after", ", ".join(numbers)
    yield "why", each.why
    for reason in each.reasons:
        yield "together", reason
    for reference in each.later:
        yield "later", f"{reference.text} is optional, and comes with a later slice"
    if each.is_done:
        return
    if whole:
        yield "to port", _sized(each.size) or "nothing"
        yield "parts", ", ".join(f"{part.name} {part.done}/{part.of}" for part in each.parts)
    for blocker in each.blockers:
        if blocker.kind == "users elsewhere":
            yield "used", f"{blocker.what} ({blocker.where})"
        elif whole or blocker.kind != "tenancy undecided":
            yield "stopped", f"{blocker.stops.value}: {blocker.what} ({blocker.where})"
        for line in blocker.todo.splitlines() if whole else ():
            yield "", f"  {line}"
    if not whole and each.stage is not None:
        at = next(at for at, step in enumerate(each.steps) if step.kind is each.stage)
        step, before = each.steps[at], ""
        if step.kind.value == "init":
            step, before = each.steps[at + 1], "init, then "
        label = "waits" if each.open_step is None else "next"
        yield label, f"{before}{step.kind.value}: {step.says}"


def _sized(size: Size) -> str:
    calls = ""
    if size.changesets:
        refused = f"; {size.refused} without an action" if size.refused else ""
        calls = (
            f" ({counted(size.calls, 'call')}: {size.counterparts} with a counterpart, "
            f"{size.copied} copied, {size.left} left to you{refused})"
        )
    found = (
        (size.schemas, counted(size.schemas, "Ecto schema")),
        (size.changesets, counted(size.changesets, "changeset function") + calls),
        (
            size.unused,
            f"{counted(size.unused, 'changeset function')} that nothing inserts or updates with",
        ),
        (size.context_functions, counted(size.context_functions, "context function")),
        (size.queries, f"{counted(size.queries, 'module')} with its name in a query or SQL"),
        (size.custom_types, counted(size.custom_types, "field") + " of a custom type"),
        (size.triggers, counted(size.triggers, "trigger")),
    )
    return ", ".join(text for number, text in found if number)


def _print_steps(each: Slice, *, verbose: bool) -> None:
    from rich.text import Text

    from ash_scaffold.cli.output import console, safe_line

    out = console()
    for number, step in enumerate(each.steps, 1):
        line = Text(f"   {number}. ")
        line.append(f"[{step.status.value}]", style=_STYLES[step.status.value])
        line.append(f" {safe_line(_ordered(step))}")
        out.print(line)
        out.print(f"        {safe_line(step.says)}")
        shown = step.places if verbose else step.places[:_PLACES]
        for where, text in shown:
            out.print(f"          {safe_line(where)}: {safe_line(text)}")
        if len(shown) < len(step.places):
            out.print(f"          and {len(step.places) - len(shown)} more")


def _ordered(step: Step) -> str:
    if step.kind.value == "callers":
        by_hand = _BY_HAND[step.kind.value]
        return f"{by_hand} ({step.command} has every line)" if step.command else by_hand
    return step.command or _BY_HAND.get(step.kind.value, step.kind.value)


def _print_json(found: MovePlan, chosen: Sequence[Slice]) -> None:
    import msgspec

    from ash_scaffold.cli.output import write_json

    write_json(
        {
            "version": 1,
            "source": found.source,
            "application": found.application,
            "legacy": found.with_legacy,
            "next": found.next,
            "begun": found.begun,
            "first": found.first,
            "slices": [_object(each) for each in chosen],
            "left_out": [str(name) for name in found.left_out],
            "refusals": msgspec.to_builtins(found.refusals),
            "problems": msgspec.to_builtins(found.problems),
            "timings": found.timings,
        }
    )


def _object(each: Slice) -> dict[str, Any]:
    import msgspec

    return {
        "number": each.number,
        "name": str(each.name),
        "tables": [str(name) for name in each.tables],
        "domains": each.domains,
        "proposed": each.proposed,
        "why": each.why,
        "reasons": each.reasons,
        "needs": each.needs,
        "later": [
            {"table": str(r.table), "columns": r.columns, "target": str(r.target)}
            for r in each.later
        ],
        "size": msgspec.to_builtins(each.size),
        "modules": [
            {**msgspec.to_builtins(module), "tables": [str(name) for name in module.tables]}
            for module in each.modules
        ],
        "blockers": msgspec.to_builtins(each.blockers),
        "steps": [
            {
                **msgspec.to_builtins(step),
                "places": [{"where": where, "what": text} for where, text in step.places],
            }
            for step in each.steps
        ],
        "stage": None if each.stage is None else each.stage.value,
        "done": each.done,
        "total": each.total,
        "parts": msgspec.to_builtins(each.parts),
    }
