"""What a run of `resources` prints: a table, the diff, problems, and what is left to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from ash_scaffold.cli.output import (
    console,
    listed,
    print_diff,
    print_problems,
    print_table,
    print_unread_schemas,
    safe,
    write_json,
)
from ash_scaffold.counted import counted
from ash_scaffold.generate.files import File, Status
from ash_scaffold.generate.missing_settings import Advice
from ash_scaffold.generate.run import Outcome
from ash_scaffold.report.groups import SHOWN
from ash_scaffold.session import Session

_MANY_ROWS = 20
_MANY_LINES = 10
_RANKS = {Status.CONFLICT: 0, Status.GONE: 1}
_NOTHING = "(nothing)"
_LIKELY = ", most likely: the old and the new one are alike in type, place and constraints"


def print_outcome(
    outcome: Outcome, timings: Mapping[str, float], *, dry_run: bool, quiet: bool, verbose: bool
) -> None:
    """Print for people; with `quiet` only errors and the conflicts they are about."""
    if not quiet:
        _print_changes(outcome, verbose=verbose)
    if dry_run and not quiet:
        for diff in outcome.files.diffs():
            print_diff(diff)
    for file in outcome.files.files:
        print_conflicts(file)
    if quiet:
        print_problems(outcome.problems, quiet=True, verbose=verbose)
        return
    out = console()
    out.print(f"Read {safe(_source(outcome.session))}\n")
    _print_resources(outcome, dry_run=dry_run, verbose=verbose)
    _print_others(outcome, dry_run=dry_run, verbose=verbose)
    _print_gone(outcome, dry_run=dry_run, verbose=verbose)
    _print_tables(outcome)
    if verbose:
        for phase, seconds in timings.items():
            out.print(f"{phase} {seconds:.2f} s")
    print_problems(outcome.problems, verbose=verbose)
    _print_rest(outcome, verbose=verbose)


def _print_resources(outcome: Outcome, *, dry_run: bool, verbose: bool) -> None:
    """Print a row for each table; of many only the first that are not as they were."""
    files = _by_module(outcome)
    items = [item for item in outcome.plan.resources if item.written]
    status = {item.draft.name: files.get(item.resource.module) for item in items}
    shown = items
    if len(items) > _MANY_ROWS and not verbose:
        changed = [
            (_RANKS.get(file.status, len(_RANKS)), item)
            for item in items
            if (file := status[item.draft.name]) and file.status is not Status.UNCHANGED
        ]
        changed.sort(key=lambda each: each[0])
        shown = [item for _, item in changed[:SHOWN]]
    if shown or not items:
        tenancy = () if outcome.plan.tenancy is None else ("tenancy",)
        print_table(
            "",
            ("table", "module", "columns", "relationships", *tenancy, "file"),
            [
                (
                    str(item.draft.name),
                    item.resource.module,
                    _columns(len(item.resource.attributes), len(item.draft.columns.dropped)),
                    str(len(item.resource.relationships)),
                    *(each.text for each in (item.draft.tenancy,) if each is not None),
                    _status(status[item.draft.name], dry_run=dry_run),
                )
                for item in shown
            ],
        )
    if len(shown) < len(items):
        counts = Counter(
            _status(file, dry_run=dry_run) or "not written" for file in status.values()
        )
        statuses = ", ".join(f"{count} {name}" for name, count in counts.most_common())
        console().print(f"{len(items)} tables: {statuses} (-v shows each)")


def _source(session: Session) -> str:
    if session.server:
        return session.source
    return f"{session.source} (PostgreSQL {_version(session.database.server_version)})"


def _version(number: int) -> str:
    """Write `server_version_num` as PostgreSQL does since version 10: 180001 is 18.1."""
    return f"{number // 10000}.{number % 10000}"


def _columns(attributes: int, dropped: int) -> str:
    return f"{attributes} of {attributes + dropped}" if dropped else str(attributes)


def status_text(status: Status, *, dry_run: bool) -> str:
    """Return the words for the effect of a run on a file."""
    if not dry_run:
        return status.value
    would = {
        Status.CREATED: "would be created",
        Status.CHANGED: "would be changed",
        Status.MERGED: "would be changed, hand edits kept",
        Status.DELETED: "would be deleted",
    }
    return would.get(status, status.value)


def _by_module(outcome: Outcome) -> dict[str, File]:
    return {file.module.name: file for file in outcome.files.files}


def _status(file: File | None, *, dry_run: bool) -> str:
    return status_text(file.status, dry_run=dry_run) if file is not None else ""


def print_conflicts(file: File) -> None:
    """Print the conflicts of a file, each as a table of three columns."""
    if not file.conflicts:
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    out = console()
    for each in file.conflicts:
        table = Table(
            title=Text(f"{file.path}: {safe(each.name)}"),
            title_justify="left",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
        )
        carried = file.module.content.actions_of is not None
        wanted = "the changeset wants" if carried else "the database wants"
        for heading in ("generated before", "yours, kept", wanted):
            table.add_column(heading, overflow="fold", ratio=1)
        table.add_row(*(Text(_lines(lines)) for lines in (each.base, each.ours, each.theirs)))
        out.print(table)


def _lines(lines: tuple[str, ...]) -> str:
    return "\n".join(map(safe, lines)) if lines else _NOTHING


def _print_lines(lines: Sequence[str], shown: int, *, verbose: bool) -> None:
    """Print lines; of more than that number the first, unless verbose, and how many there are."""
    out = console()
    for line in lines if verbose else lines[:shown]:
        out.print(line)
    if len(lines) > shown and not verbose:
        indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
        out.print(f"{indent}and {len(lines) - shown} more (-v shows them)")


def _print_changes(outcome: Outcome, *, verbose: bool) -> None:
    """Say in schema words what changed since the modules were generated."""
    if not outcome.changes:
        return
    from ash_scaffold.postgres.compare import Evidence, text

    out = console()
    out.print("Changed in the database:")
    lines = [
        f"  {safe(text(change))}{_LIKELY if change.evidence is Evidence.LIKELY else ''}"
        for change in outcome.changes
    ]
    _print_lines(lines, _MANY_ROWS, verbose=verbose)
    out.print()


def _print_others(outcome: Outcome, *, dry_run: bool, verbose: bool) -> None:
    """Say what became of domains and support types."""
    out = console()
    out.print()
    domains = {domain.module for domain in outcome.plan.domains}
    types = {support.module for support in outcome.plan.supports}
    for kind, modules in (("domain", domains), ("type", types)):
        by_status: dict[Status, list[str]] = {}
        for file in outcome.files.files:
            if file.module.name in modules:
                by_status.setdefault(file.status, []).append(file.module.name)
        for status, names in by_status.items():
            label = kind if len(names) == 1 else f"{kind}s"
            out.print(f"{label} {status_text(status, dry_run=dry_run)}: {listed(names)}")
    moved = []
    for domain, reason in outcome.plan.modules.moved.items():
        if any(outcome.plan.scope.domains[name] == domain for name in outcome.plan.scope.written):
            module = outcome.plan.modules.domains[domain]
            where = f"domain is {module}, its resources" if module != domain else "resources are"
            moved.append(f"{reason}, so the {where} beside it.")
    shown = moved if verbose or len(moved) <= SHOWN else moved[:1]
    for line in shown:
        out.print(line)
    if len(shown) < len(moved):
        out.print(f"So it is with {counted(len(moved) - 1, 'more domain')} (-v shows them).")


def _print_gone(outcome: Outcome, *, dry_run: bool, verbose: bool) -> None:
    """Name the files that were, or would be, deleted."""
    lines = [
        f"{status_text(file.status, dry_run=dry_run)}: {safe(file.path)}"
        for file in outcome.files.files
        if file.status is Status.DELETED and file.before is not None
    ]
    _print_lines(lines, _MANY_LINES, verbose=verbose)


def _print_tables(outcome: Outcome) -> None:
    """Say which tables and schemas the run took no notice of."""
    out = console()
    scope = outcome.plan.scope
    if scope.unassigned:
        out.print(f"In no domain: {listed(scope.unassigned)}")
    if scope.skipped:
        out.print(f"Left out: {listed(scope.skipped)}")
    print_unread_schemas(outcome.session.database.other_schemas)


def _print_rest(outcome: Outcome, *, verbose: bool) -> None:
    """Say what is left for the user to do."""
    out = console()
    scope = outcome.plan.scope
    if outcome.stale:
        by_module = {item.resource.module: item.draft.name for item in outcome.plan.resources}
        domains = sorted({scope.domains[by_module[module]] for module in outcome.stale})
        if len(domains) > SHOWN:
            out.print(
                f"Files of {listed(domains)} are now out of date; this writes them: "
                "ash-scaffold resources"
            )
            domains = []
        for domain in domains:
            out.print(
                f"Files of {domain} are now out of date; this writes them: "
                f"ash-scaffold resources --domain {domain}"
            )
    print_advice(outcome.advice, verbose=verbose)
    if outcome.with_changesets:
        tables = counted(len(outcome.with_changesets), "table")
        out.print(
            f"\nThe legacy code of {tables} has changesets; this makes actions of them: "
            f"{_actions_command(outcome)}"
        )
    if outcome.tenant_signs is not None:
        out.print(
            f"\nThe rows seem to belong to tenants: {safe(outcome.tenant_signs.text)}. "
            "Where they do, say so in [tenancy] of ash_scaffold.toml, and run this again."
        )


def _actions_command(outcome: Outcome) -> str:
    domains = {outcome.plan.scope.domains[table] for table in outcome.with_changesets}
    one = f" --domain {min(domains)}" if len(domains) == 1 else ""
    return f"ash-scaffold actions{one}"


def print_advice(found: Sequence[Advice], *, verbose: bool) -> None:
    """Say what the project's settings lack."""
    out = console()
    if found:
        out.print("\nStill missing in the project:")
        for advice in found:
            out.print(f"  {advice.path}: {advice.why}")
            _print_lacking(advice.lines, verbose=verbose)


def _print_lacking(lines: Sequence[str], *, verbose: bool) -> None:
    """Print the lines that a file lacks; of a long list its beginning, unless verbose."""
    out = console()
    shown = lines if verbose or len(lines) <= _MANY_LINES else lines[:SHOWN]
    for line in shown:
        out.print(f"      {line}")
    if len(shown) < len(lines):
        out.print(
            f"      … {counted(len(lines) - len(shown), 'more line')}: -v shows them, "
            "`ash-scaffold doctor --fix` adds them where it can"
        )


def json_of_files(files: Sequence[File]) -> list[dict[str, object]]:
    """Return the files of a run as builtins, with diffs and conflicts."""
    return [
        {
            "path": file.module.path,
            "module": file.module.name,
            "status": file.status.name.lower(),
            "diff": file.diff() if file.before != file.after else None,
            "conflicts": [
                {
                    "object": each.name,
                    "base": list(each.base),
                    "yours": list(each.ours),
                    "database": list(each.theirs),
                }
                for each in file.conflicts
            ],
        }
        for file in files
    ]


def print_json(outcome: Outcome, timings: Mapping[str, float], *, dry_run: bool) -> None:
    """Print the outcome as one JSON object."""
    from ash_scaffold.postgres.compare import text

    scope = outcome.plan.scope
    files = _by_module(outcome)
    document = {
        "version": 1,
        "dry_run": dry_run,
        "source": outcome.session.source,
        "server_version": _version(outcome.session.database.server_version),
        "resources": [
            {
                "table": str(item.draft.name),
                "module": item.resource.module,
                "domain": item.resource.domain,
                "columns": len(item.draft.table.columns),
                "attributes": len(item.resource.attributes),
                "relationships": len(item.resource.relationships),
                "tenancy": None if item.draft.tenancy is None else item.draft.tenancy.text,
                "file": file.module.path if (file := files.get(item.resource.module)) else None,
                "status": file.status.name.lower() if file else None,
            }
            for item in outcome.plan.resources
            if item.written
        ],
        "changes": [
            {
                "kind": change.kind.value,
                "table": None if change.table is None else str(change.table),
                "type": None if change.type is None else str(change.type),
                "object": change.object,
                "text": text(change),
                "evidence": None if change.evidence is None else change.evidence.value,
            }
            for change in outcome.changes
        ],
        "files": json_of_files(outcome.files.files),
        "problems": msgspec.to_builtins(outcome.problems),
        "unassigned": [str(name) for name in scope.unassigned],
        "left_out": [str(name) for name in scope.skipped],
        "stale": list(outcome.stale),
        "with_changesets": [str(name) for name in outcome.with_changesets],
        "tenant_signs": None if outcome.tenant_signs is None else outcome.tenant_signs.text,
        "advice": msgspec.to_builtins(outcome.advice),
        "timings": dict(timings),
    }
    write_json(document)
