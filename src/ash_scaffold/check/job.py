"""The run of `ash-scaffold check`, step by step, without a word of output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ash_scaffold.check.code_drift import code_drift, module_drift
from ash_scaffold.check.guard import (
    guard_files,
    guard_legacy,
    guard_migrations,
    guard_pending,
    guard_repos,
    guard_resources,
)
from ash_scaffold.check.hand_over import hand_over
from ash_scaffold.check.parsed_resource import ParsedProject, parse_project
from ash_scaffold.check.report import CheckReport, Commands
from ash_scaffold.check.schema_drift import schema_drift
from ash_scaffold.check.unchanged import nothing_changed
from ash_scaffold.generate.decision import Decision, decide
from ash_scaffold.generate.reading import Clock, Request
from ash_scaffold.problem import Severity
from ash_scaffold.report.differences import Families
from ash_scaffold.report.finding import Finding, split_accepted


def check(
    request: Request,
    say: Callable[[str], None] = lambda _phase: None,
    *,
    with_hand_over: bool = False,
) -> CheckReport:
    """Compare database, snapshots and code, and look at what could let Ash migrate.

    `say` is told each phase as it begins. Nothing is written. Raises `ScaffoldError` for whatever
    makes the run impossible.
    """
    clock = Clock()
    decision = decide(request, clock, say, ask=False, skip=nothing_changed)
    say("Comparing")
    code = parse_project(decision)
    commands = _commands(request)
    findings = [*_drift(decision, code, commands), *_guard(decision, code, commands)]
    left, accepted = split_accepted(
        sorted(findings, key=Finding.by_table), decision.read.config.accept
    )
    clock.lap("comparing")
    read = decision.read
    users = None
    if with_hand_over:
        say("Looking who uses the tables")
        users = hand_over(read.project, read.hints, code.resources, read.resolver)
        clock.lap("hand-over")
    return CheckReport(
        source=read.source,
        tables=len(code.resources),
        findings=left,
        accepted=accepted,
        hand_over=users,
        problems=tuple(p for p in read.problems if p.severity is not Severity.NOTE),
        timings=clock.timings,
    )


def _drift(decision: Decision, code: ParsedProject, commands: Commands) -> Iterator[Finding]:
    families = Families(decision.plan)
    schema = schema_drift(decision, code, families, commands)
    found = list(schema.findings)
    if not any(change.object == "" for change in decision.past.unclear):
        # Where a table may have been renamed, everything that refers to it hangs on that.
        resources = code.resources.values()
        found += code_drift(resources, schema.told, families, decision.read.hints, commands)
        found += module_drift(decision, code, found, commands)
    yield from found


def _guard(decision: Decision, code: ParsedProject, commands: Commands) -> Iterator[Finding]:
    read = decision.read
    tables = frozenset(table.name for table in read.database.tables)
    used = {each.repo for each in read.project.resources if each.repo is not None}
    yield from guard_resources(decision, code, commands)
    yield from guard_migrations(read.project, tables, read.resolver.owned_by_ash)
    yield from guard_repos(read.project, frozenset(used | {read.project_state.repo}))
    yield from guard_files(read.project)
    yield from guard_legacy(decision, code)
    dump = _dump(decision)
    if dump is not None:
        yield from guard_pending(read.project, read.project_state.repo, dump)


def _dump(decision: Decision) -> Path | None:
    """Return the dump that was read, if one was."""
    read = decision.read
    if not read.server:
        return None
    if read.request.dump is not None:
        return read.request.dump
    return None if read.config.dump is None else read.project.root / read.config.dump


def _commands(request: Request) -> Commands:
    options: list[str] = []
    if request.dump is not None:
        options += ["--dump", str(request.dump)]
    for schema in request.schemas:
        options += ["--schema", schema]
    if request.legacy is not None:
        options += ["--legacy", request.legacy]
    if not request.use_legacy:
        options.append("--no-legacy")
    return Commands(tuple(options))
