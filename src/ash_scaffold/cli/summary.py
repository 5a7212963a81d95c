"""What a run of `resources` prints: a table, the diff, problems, and what is left to do."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import msgspec

from ash_scaffold.cli.output import console, print_diff, print_problems, print_table, safe
from ash_scaffold.generate.files import Status
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
    out.print(f"Read {safe(outcome.source)}")
    print_table(
        "",
        ("table", "module", "columns", "relationships", "file"),
        [
            (
                str(item.draft.name),
                item.resource.module,
                _columns(len(item.resource.attributes), len(item.draft.columns.dropped)),
                str(len(item.resource.relationships)),
                _status(outcome, item.resource.module, dry_run=dry_run),
            )
            for item in outcome.plan.resources
            if item.written
        ],
    )
    _print_others(outcome, dry_run=dry_run)
    print_problems(outcome.problems)
    _print_rest(outcome)
    if verbose:
        for phase, seconds in timings.items():
            out.print(f"{phase} {seconds:.2f} s")


def _columns(attributes: int, dropped: int) -> str:
    return f"{attributes} of {attributes + dropped}" if dropped else str(attributes)


def _said(status: Status, *, dry_run: bool) -> str:
    if not dry_run:
        return status.value
    would = {Status.CREATED: "would be created", Status.CHANGED: "would be changed"}
    return would.get(status, status.value)


def _status(outcome: Outcome, module: str, *, dry_run: bool) -> str:
    for file in outcome.files.files:
        if file.module.name == module:
            return _said(file.status, dry_run=dry_run)
    return ""


def _print_diffs(outcome: Outcome, *, dry_run: bool) -> None:
    for file in outcome.files.files:
        if file.status is Status.EDITED or (dry_run and file.status is not Status.UNCHANGED):
            print_diff(file.diff())


def _print_others(outcome: Outcome, *, dry_run: bool) -> None:
    """Say what became of domains and support types."""
    out = console()
    tables = {item.resource.module for item in outcome.plan.resources}
    for file in outcome.files.files:
        if file.module.name not in tables:
            out.print(f"{file.module.name}  {_said(file.status, dry_run=dry_run)}")
    for domain, reason in outcome.plan.modules.moved.items():
        if any(outcome.plan.scope.domains[name] == domain for name in outcome.plan.scope.written):
            module = outcome.plan.modules.domains[domain]
            out.print(f"{reason}, so the domain is {module}, its resources beside it.")


def _listed(names: tuple[Name, ...]) -> str:
    shown = ", ".join(safe(str(name)) for name in names[:_MANY])
    return shown + (f" and {len(names) - _MANY} more" if len(names) > _MANY else "")


def _print_rest(outcome: Outcome) -> None:
    out = console()
    scope = outcome.plan.scope
    if scope.unassigned:
        out.print(f"In no domain: {_listed(scope.unassigned)}")
    if scope.skipped:
        out.print(f"Left out: {_listed(scope.skipped)}")
    if outcome.database.other_schemas:
        names = ", ".join(f"{safe(name)} ({n})" for name, n in outcome.database.other_schemas)
        out.print(f"Schemas that were not read: {names}")
    if outcome.stale:
        by_module = {item.resource.module: item.draft.name for item in outcome.plan.resources}
        domains = sorted({scope.domains[by_module[module]] for module in outcome.stale})
        for domain in domains:
            out.print(f"Stale: run  ash-scaffold resources --domain {domain}")
    if outcome.advice:
        out.print("\nStill missing in the project:")
        for advice in outcome.advice:
            out.print(f"  {advice.path}: {advice.why}")
            for line in advice.lines:
                out.print(f"      {line}")


def print_json(outcome: Outcome, timings: Mapping[str, float], *, dry_run: bool) -> None:
    """Print the outcome as one JSON object."""
    scope = outcome.plan.scope
    document = {
        "version": 1,
        "dry_run": dry_run,
        "source": outcome.source,
        "resources": [
            {
                "table": str(item.draft.name),
                "module": item.resource.module,
                "domain": item.resource.domain,
                "columns": len(item.draft.table.columns),
                "attributes": len(item.resource.attributes),
                "relationships": len(item.resource.relationships),
                "file": file.module.path if (file := outcome.file_of(item.resource)) else None,
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
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")
