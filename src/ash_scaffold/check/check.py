"""The run of `ash-scaffold check`, step by step, without a word of output."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
from ash_scaffold.generate.options import ResourcesOptions, open_with
from ash_scaffold.generate.run import PlannedRun, plan_run, render_run
from ash_scaffold.problem import Severity
from ash_scaffold.report.differences import Families
from ash_scaffold.report.finding import Finding, split_accepted
from ash_scaffold.session import Phases, SourceOptions, load_session


def check(
    options: SourceOptions,
    announce: Callable[[str], None] = lambda _sentence: None,
    *,
    with_hand_over: bool = False,
) -> CheckReport:
    """Compare database, snapshots and code, and look at what could let Ash migrate.

    `announce` gets each phase as it begins. Nothing is written. Raises `ScaffoldError` for
    whatever makes the run impossible.
    """
    phases = Phases(announce)
    phases.begin("project", "Reading the project")
    whole = ResourcesOptions(source=options)
    session = load_session(open_with(whole), phases)
    run = plan_run(session, whole)
    rendered = None
    if not nothing_changed(run):
        phases.begin("rendering", "Rendering")
        rendered = render_run(run)
    phases.begin("comparing", "Comparing")
    code = parse_project(run, rendered)
    commands = _commands(options)
    findings = [*_drift(run, code, commands), *_guard(run, code, commands)]
    left, accepted = split_accepted(sorted(findings, key=Finding.by_table), session.config.accept)
    users = None
    if with_hand_over:
        phases.begin("hand-over", "Looking who uses the tables")
        users = hand_over(session.project, session.hints, code.resources, session.resolver)
    return CheckReport(
        source=session.source,
        tables=len(code.resources),
        findings=left,
        accepted=accepted,
        hand_over=users,
        problems=tuple(p for p in session.problems if p.severity is not Severity.NOTE),
        timings=phases.timings,
    )


def _drift(run: PlannedRun, code: ParsedProject, commands: Commands) -> Iterator[Finding]:
    families = Families(run.plan)
    schema = schema_drift(run, code, families, commands)
    found = list(schema.findings)
    if not any(change.object == "" for change in run.session.schema_changes.unclear):
        # Where a table may have been renamed, everything that refers to it hangs on that.
        resources = code.resources.values()
        found += code_drift(resources, schema.explained, families, run.session.hints, commands)
        found += module_drift(run, code, found, commands)
    yield from found


def _guard(run: PlannedRun, code: ParsedProject, commands: Commands) -> Iterator[Finding]:
    session = run.session
    tables = frozenset(table.name for table in session.database.tables)
    used = {each.repo for each in session.project.resources if each.repo is not None}
    yield from guard_resources(run, code, commands)
    yield from guard_migrations(session.project, tables, session.resolver.owned_by_ash)
    yield from guard_repos(session.project, frozenset(used | {session.repo}))
    yield from guard_files(session.project)
    yield from guard_legacy(run, code)
    if session.dump is not None:
        yield from guard_pending(session.project, session.repo, session.dump)


def _commands(source: SourceOptions) -> Commands:
    options: list[str] = []
    if source.dump is not None:
        options += ["--dump", str(source.dump)]
    for schema in source.schemas:
        options += ["--schema", schema]
    if source.legacy is not None:
        options += ["--legacy", source.legacy]
    if not source.use_legacy:
        options.append("--no-legacy")
    return Commands(tuple(options))
