"""What a run of `resources` prints: a table, the diff, problems, and what is left to do."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ash_scaffold.cli.output import (
    console,
    print_diff,
    print_problems,
    print_table,
    safe,
    write_json,
)
from ash_scaffold.generate.files import File, Status
from ash_scaffold.generate.job import Outcome
from ash_scaffold.postgres.catalog import Name

_MANY = 30


def print_outcome(
    outcome: Outcome, timings: Mapping[str, float], *, dry_run: bool, quiet: bool, verbose: bool
) -> None:
    """Print for people; with `quiet` only errors and the diffs they are about."""
    _print_diffs(outcome, dry_run=dry_run and not quiet)
    if quiet:
        print_problems(outcome.problems, quiet=True)
        return
    out = console()
    files = _by_module(outcome)
    out.print(f"Read {safe(_source(outcome))}\n")
    print_table(
        "",
        ("table", "module", "columns", "relationships", "file"),
        [
            (
                str(item.draft.name),
                item.resource.module,
                _columns(len(item.resource.attributes), len(item.draft.columns.dropped)),
                str(len(item.resource.relationships)),
                _status(files.get(item.resource.module), dry_run=dry_run),
            )
            for item in outcome.plan.resources
            if item.written
        ],
    )
    _print_others(outcome, dry_run=dry_run)
    _print_tables(outcome)
    if verbose:
        for phase, seconds in timings.items():
            out.print(f"{phase} {seconds:.2f} s")
    print_problems(outcome.problems)
    _print_rest(outcome)


def _source(outcome: Outcome) -> str:
    if outcome.server:
        return outcome.source
    return f"{outcome.source} (PostgreSQL {_version(outcome.database.server_version)})"


def _version(number: int) -> str:
    """Write `server_version_num` as PostgreSQL does since version 10: 180001 is 18.1."""
    return f"{number // 10000}.{number % 10000}"


def _columns(attributes: int, dropped: int) -> str:
    return f"{attributes} of {attributes + dropped}" if dropped else str(attributes)


def _said(status: Status, *, dry_run: bool) -> str:
    if not dry_run:
        return status.value
    would = {Status.CREATED: "would be created", Status.CHANGED: "would be changed"}
    return would.get(status, status.value)


def _by_module(outcome: Outcome) -> dict[str, File]:
    return {file.module.name: file for file in outcome.files.files}


def _status(file: File | None, *, dry_run: bool) -> str:
    return _said(file.status, dry_run=dry_run) if file is not None else ""


def _print_diffs(outcome: Outcome, *, dry_run: bool) -> None:
    for file in outcome.files.files:
        if file.status is Status.EDITED or (dry_run and file.status is not Status.UNCHANGED):
            print_diff(file.diff())


def _print_others(outcome: Outcome, *, dry_run: bool) -> None:
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
            out.print(f"{label} {_said(status, dry_run=dry_run)}: {', '.join(names)}")
    for domain, reason in outcome.plan.modules.moved.items():
        if any(outcome.plan.scope.domains[name] == domain for name in outcome.plan.scope.written):
            module = outcome.plan.modules.domains[domain]
            out.print(f"{reason}, so the domain is {module}, its resources beside it.")


def _listed(names: tuple[Name, ...]) -> str:
    shown = ", ".join(safe(str(name)) for name in names[:_MANY])
    return shown + (f" and {len(names) - _MANY} more" if len(names) > _MANY else "")


def _print_tables(outcome: Outcome) -> None:
    """Say which tables and schemas the run took no notice of."""
    out = console()
    scope = outcome.plan.scope
    if scope.unassigned:
        out.print(f"In no domain: {_listed(scope.unassigned)}")
    if scope.skipped:
        out.print(f"Left out: {_listed(scope.skipped)}")
    if outcome.database.other_schemas:
        names = ", ".join(f"{safe(name)} ({n})" for name, n in outcome.database.other_schemas)
        out.print(f"Schemas that were not read: {names}")


def _print_rest(outcome: Outcome) -> None:
    """Say what is left for the user to do."""
    out = console()
    scope = outcome.plan.scope
    if outcome.stale:
        by_module = {item.resource.module: item.draft.name for item in outcome.plan.resources}
        domains = sorted({scope.domains[by_module[module]] for module in outcome.stale})
        for domain in domains:
            out.print(
                f"Files of {domain} are now out of date; this writes them: "
                f"ash-scaffold resources --domain {domain}"
            )
    if outcome.advice:
        out.print("\nStill missing in the project:")
        for advice in outcome.advice:
            out.print(f"  {advice.path}: {advice.why}")
            for line in advice.lines:
                out.print(f"      {line}")


def print_json(outcome: Outcome, timings: Mapping[str, float], *, dry_run: bool) -> None:
    """Print the outcome as one JSON object."""
    scope = outcome.plan.scope
    files = _by_module(outcome)
    document = {
        "version": 1,
        "dry_run": dry_run,
        "source": outcome.source,
        "server_version": _version(outcome.database.server_version),
        "resources": [
            {
                "table": str(item.draft.name),
                "module": item.resource.module,
                "domain": item.resource.domain,
                "columns": len(item.draft.table.columns),
                "attributes": len(item.resource.attributes),
                "relationships": len(item.resource.relationships),
                "file": file.module.path if (file := files.get(item.resource.module)) else None,
                "status": file.status.name.lower() if file else None,
            }
            for item in outcome.plan.resources
            if item.written
        ],
        "files": [
            {
                "path": file.module.path,
                "module": file.module.name,
                "status": file.status.name.lower(),
                "diff": file.diff() if dry_run or file.status is Status.EDITED else None,
            }
            for file in outcome.files.files
        ],
        "problems": msgspec.to_builtins(outcome.problems),
        "unassigned": [str(name) for name in scope.unassigned],
        "left_out": [str(name) for name in scope.skipped],
        "stale": list(outcome.stale),
        "advice": msgspec.to_builtins(outcome.advice),
        "timings": dict(timings),
    }
    write_json(document)
