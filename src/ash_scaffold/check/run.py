"""The run of `ash-scaffold check`, step by step, without a word of output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold import __version__
from ash_scaffold.ash.plan import Plan, PlannedResource
from ash_scaffold.check.changeset_drift import changeset_drift
from ash_scaffold.check.code_drift import code_drift, module_drift
from ash_scaffold.check.guard import (
    guard_files,
    guard_legacy,
    guard_migrations,
    guard_owned,
    guard_pending,
    guard_repos,
    guard_resources,
)
from ash_scaffold.check.hand_over import hand_over
from ash_scaffold.check.parsed_resource import ParsedProject, parse_project
from ash_scaffold.check.report import CheckReport, Commands, NotBegun
from ash_scaffold.check.schema_drift import schema_drift
from ash_scaffold.check.tenant_drift import TenantSchemasRead, read_tenants, tenant_drift
from ash_scaffold.generate.files import read_text
from ash_scaffold.generate.modules import config_digest
from ash_scaffold.generate.options import ResourcesOptions, open_with, templates_of
from ash_scaffold.generate.run import PlannedRun, plan_run, render_run
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.facts import TableFacts, facts_of_database
from ash_scaffold.postgres.source import Source as DatabaseSource
from ash_scaffold.problem import Severity
from ash_scaffold.project.resource_names import names_of_plan, names_snapshot
from ash_scaffold.project.snapshot import Snapshot, digest
from ash_scaffold.report.differences import Families
from ash_scaffold.report.finding import Finding, split_accepted
from ash_scaffold.session import (
    Phases,
    Session,
    SourceOptions,
    load_session,
    source_problems,
)

if TYPE_CHECKING:
    from ash_scaffold.legacy.usage import User


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
    whole = ResourcesOptions(source=options)
    session, tenants = load_whole(whole, phases)
    return check_session(session, whole, phases, tenants, with_hand_over=with_hand_over)


def load_whole(
    whole: ResourcesOptions, phases: Phases
) -> tuple[Session, tuple[TenantSchemasRead, ...]]:
    """Read all that `check` compares: project and database, and the schemas of other tenants."""
    phases.begin("project", "Reading the project")
    opened = open_with(whole)
    options = whole.source
    tenants: list[TenantSchemasRead] = []

    def read_more(source: DatabaseSource, database: Database) -> None:
        found = read_tenants(source, database)
        if found is not None:
            tenants.append(found)
            if options.on_read is not None:
                options.on_read(opened, found.comparison.digests)

    session = load_session(opened, phases, keep_pending=True, read_more=read_more)
    return session, tuple(tenants)


def check_session(
    session: Session,
    whole: ResourcesOptions,
    phases: Phases,
    tenants: Iterable[TenantSchemasRead] = (),
    *,
    with_hand_over: bool = False,
) -> CheckReport:
    """Do as `check` with a project and a database that were read; `whole` leaves out nothing.

    `tenants` are the schemas of tenants, where they were read.
    """
    with source_problems((*session.behind, *session.problems)):
        run = plan_run(session, msgspec.structs.replace(whole, begun=True))
    return check_run(run, phases, tenants, with_hand_over=with_hand_over)


def check_run(
    run: PlannedRun,
    phases: Phases,
    tenants: Iterable[TenantSchemasRead] = (),
    *,
    with_hand_over: bool = False,
    users: Mapping[Name, tuple[User, ...]] | None = None,
) -> CheckReport:
    """Do as `check_session` with a planned run; `users` are those of each table, where known."""
    session = run.session
    rendered = None
    if not nothing_changed(run):
        phases.begin("rendering", "Rendering")
        rendered = render_run(run)
    phases.begin("comparing", "Comparing")
    code = parse_project(run, rendered)
    commands = commands_of(run.options.source)
    findings = [*_drift(run, code, commands), *_guard(run, code, commands)]
    for read in tenants:
        findings += tenant_drift(read, code, session.accepted)
    left, accepted = split_accepted(sorted(findings, key=Finding.by_table), session.config.accept)
    handed = None
    if with_hand_over:
        phases.begin("hand-over", "Looking who uses the tables")
        handed = hand_over(session.project, session.hints, code.resources, session.resolver, users)
    return CheckReport(
        source=session.source,
        tables=len(code.resources),
        not_begun=tuple(
            NotBegun(domain=domain, tables=tuple(map(str, tables)))
            for domain, tables in sorted(run.plan.scope.not_begun.items())
        ),
        findings=left,
        accepted=accepted,
        hand_over=handed,
        problems=(
            *(p for p in session.problems if p.severity is not Severity.NOTE),
            *(problem for read in tenants for problem in read.problems()),
        ),
        timings=phases.timings,
    )


def _drift(run: PlannedRun, code: ParsedProject, commands: Commands) -> Iterator[Finding]:
    families = Families(run.plan.resources)
    schema = schema_drift(run, code, families, commands)
    found = list(schema.findings)
    if not any(change.object == "" for change in run.session.schema_changes.unclear):
        # Where a table may have been renamed, everything that refers to it hangs on that.
        resources = code.resources.values()
        found += code_drift(resources, schema.explained, families, run.session.hints, commands)
        found += module_drift(run, code, found, commands)
        found += changeset_drift(run, commands)
    yield from found


def _guard(run: PlannedRun, code: ParsedProject, commands: Commands) -> Iterator[Finding]:
    session = run.session
    tables = frozenset(table.name for table in session.database.tables)
    used = {each.repo for each in session.project.resources if each.repo is not None}
    yield from guard_resources(run, code, commands)
    yield from guard_migrations(session.project, tables, session.resolver.owned_by_ash)
    yield from guard_owned(run)
    yield from guard_repos(session.project, frozenset(used | {session.repo}))
    yield from guard_files(session.project)
    yield from guard_legacy(run, code)
    yield from guard_pending(session.pending, session.dump)


def commands_of(source: SourceOptions) -> Commands:
    """Return the commands that fix what is found, with the options that this run was given."""
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


_COLUMN = "column "


def nothing_changed(run: PlannedRun) -> bool:
    """Whether every module is as it was generated, from facts and configuration that still hold.

    False where that is not certain.
    """
    session, changes = run.session, run.session.schema_changes
    planned = {item.draft.name: item for item in run.plan.resources if item.written}
    if session.names or changes.changes or changes.dropped:
        return False
    if templates_of(run.options, session) is not None or planned.keys() != changes.resources.keys():
        return False
    domains = run.plan.scope.domains
    facts = facts_of_database(session.database, domains.keys())
    now = names_of_plan(run.plan)
    for table, item in planned.items():
        old = changes.resources[table]
        same = (
            _is_same(old, item, facts[table])
            and old.names == names_snapshot(now[table], old.names.hand_given)
            and old.config_digest
            == config_digest(facts[table], domains[table], session.state, session.resolver)
        )
        if not same:
            return False
    return _are_pure(session, run.plan)


def _is_same(old: Snapshot, item: PlannedResource, facts: TableFacts) -> bool:
    columns = {
        entity.object.removeprefix(_COLUMN)
        for entity in old.entities
        if entity.section == "attributes" and entity.object.startswith(_COLUMN)
    }
    return (
        old.tool == __version__
        and old.module == item.resource.module
        and old.domain == item.resource.domain
        and old.repo == item.resource.repo
        and old.fragment is None
        and not old.unresolved
        and old.facts == facts
        and columns == item.draft.by_column.keys()
    )


def _are_pure(session: Session, plan: Plan) -> bool:
    """Whether domains and types are those of the snapshots, and as they were written."""
    modules = session.schema_changes.modules
    needed = {support.module for support in plan.supports}
    needed |= {domain.module for domain in plan.domains if domain.resources}
    if needed - modules.keys() or session.config.layout not in (None, "inline"):
        return False
    return all(_is_pure(session, modules[module]) for module in needed)


def _is_pure(session: Session, old: Snapshot) -> bool:
    text = read_text(session.project, old.path)
    return old.tool == __version__ and text is not None and digest(text) == old.written
