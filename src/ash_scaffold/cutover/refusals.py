"""What stands against a cut-over: all of it at once, each with its file and line."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from ash_scaffold.ash.plan import Plan, PlannedResource
from ash_scaffold.ash.scope import is_skipped
from ash_scaffold.ash.tenancy import NOT_MIGRATED
from ash_scaffold.check.guard import Kind as GuardKind
from ash_scaffold.check.hand_over import HandOver
from ash_scaffold.check.report import CheckReport
from ash_scaffold.config import table_pattern
from ash_scaffold.config.owned_tables import owned_text
from ash_scaffold.postgres.catalog import Name, Table
from ash_scaffold.problem import Code, Problem, Severity
from ash_scaffold.project.migrations import Migration
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.snapshot import Snapshot
from ash_scaffold.report.finding import DRIFT_WORDS, Finding
from ash_scaffold.session import Session
from ash_scaffold.toml_text import quoted

# What needs no quotes in SQL, and none in Elixir.
_PLAIN_SCHEMA = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)
_FINDING = "check finds "
# Findings about the whole project that make it unsafe to let Ash write anything.
_OF_THE_PROJECT = frozenset({GuardKind.UNPARSED.value, GuardKind.MIGRATES_EXTENSIONS.value})


def refusals(
    session: Session, plan: Plan, report: CheckReport, tables: Collection[Name]
) -> Iterator[Problem]:
    """Yield an error for each thing that has to be settled before the tables are cut over."""
    for found in refusals_by_table(session, plan, report, tables).values():
        yield from found
    yield from refusals_of_project(session, report)


def refusals_by_table(
    session: Session, plan: Plan, report: CheckReport, tables: Collection[Name]
) -> Mapping[Name, tuple[Problem, ...]]:
    """Return what stands against the cut-over of each table by itself, in order of the tables."""
    handed = {each.table: each for each in report.hand_over or ()}
    findings: defaultdict[str, list[Finding]] = defaultdict(list)
    for each in report.findings:
        findings[each.table].append(each)
    found: dict[Name, list[Problem]] = {table: [] for table in sorted(tables)}
    for table, problem in _of_tables(session, plan, tables):
        found[table].append(problem)
    for table, problems in found.items():
        own = handed.get(str(table))
        if own is not None:
            problems += _legacy_users(own, session.accepted)
        problems += _drift(findings.get(str(table), ()))
    return {table: tuple(problems) for table, problems in found.items()}


def refusals_of_project(session: Session, report: CheckReport) -> Iterator[Problem]:
    """Yield what stands against the cut-over of any table."""
    yield from _drift(
        each for each in report.findings if not each.table and each.kind in _OF_THE_PROJECT
    )
    yield from _pending(session.pending)
    yield from dev_migrations(session.project)


def refusals_of_tables(session: Session, plan: Plan, tables: Collection[Name]) -> Iterator[Problem]:
    """Yield an error for each table of which no resource can say all."""
    for _, problem in _of_tables(session, plan, tables):
        yield problem


def _of_tables(
    session: Session, plan: Plan, tables: Collection[Name]
) -> Iterator[tuple[Name, Problem]]:
    planned = {item.draft.name: item for item in plan.resources}
    snapshots = session.schema_changes.resources
    for table in sorted(tables):
        for problem in _of_table(table, session, planned, snapshots):
            yield table, problem


def notes(session: Session) -> Iterator[Problem]:
    """Yield what is not known, and would stand against it if it were so."""
    if session.migrations.files and session.database.versions is None:
        yield Code.DATABASE_BEHIND.at(
            "",
            "Which migrations have run is not recorded in the database, so whether it has them all "
            "is not known.",
            todo="Make sure that it has before you go on.",
            severity=Severity.WARNING,
        )
    if not session.hints.enabled:
        yield Code.CUTOVER_REFUSED.at(
            "legacy of ash_scaffold.toml",
            "It is false, so whether legacy code still refers to the tables is not looked at.",
            todo="Take it out, or give the folder with --legacy.",
        )


def _of_table(
    name: Name,
    session: Session,
    planned: Mapping[Name, PlannedResource],
    snapshots: Mapping[Name, Snapshot],
) -> Iterator[Problem]:
    table = session.database.table(name)
    item, project = planned.get(name), session.project
    where = str(name)
    if not table.kind.is_table:
        yield _refused(
            where, f"It is a {table.kind.value}, which Ash does not migrate.", "Leave it out."
        )
        return
    if "/" in f"{name.schema}{name.name}":
        yield _refused(
            where,
            "Ash makes the path of its snapshot of the table's name, and a slash in it leads "
            "elsewhere.",
            "Rename it in a legacy migration.",
        )
    if not _PLAIN_SCHEMA.fullmatch(name.schema):
        yield _refused(
            where,
            "Ash writes the name of a schema into its migrations as it is, without quotes, and as "
            "code where it holds #{}.",
            "Rename the schema in a legacy migration.",
        )
    pattern = table_pattern(owned_text(name))
    for other in () if pattern.exact else session.database.tables:
        if other.name != name and pattern.matches(other.name):
            yield _refused(
                where,
                f"owned_by_ash can't name it without {other.name}: *, ? and a dot in the name of a "
                "schema are wildcards there.",
            )
    resource = None if item is None else project.resource(item.resource.module)
    if item is None or resource is None:
        yield _refused(
            where,
            "It has no resource.",
            f"Write it first: ash-scaffold resources --table {shlex.quote(where)}",
        )
        return
    if name not in snapshots:
        # Without a base nothing tells what of the file is the person's own.
        yield _refused(
            f"{resource.path}:{resource.line}",
            f"{resource.module} was written by hand, and no run has brought it in line with the "
            "table.",
            f"Let one do so: ash-scaffold resources --table {shlex.quote(where)}",
        )
    if item.draft.is_tenant:
        yield _refused(where, NOT_MIGRATED, "Leave it out for now.")
    yield from _targets(table, item, session, planned)


def _targets(
    table: Table, item: PlannedResource, session: Session, planned: Mapping[Name, PlannedResource]
) -> Iterator[Problem]:
    """Yield the tables that keys point at and that Ash knows nothing of."""
    for key in table.foreign_keys:
        target = planned.get(key.target)
        if target is None or session.project.resource(target.resource.module) is None:
            yield _refused(
                f"{table.name}.{key.name}",
                f"The key points at {key.target}, which has no resource, so Ash can't make the "
                "key.",
                "Another tool keeps that table: drop the key in a legacy migration."
                if is_skipped(key.target)
                else f"Give it one: ash-scaffold resources --table {shlex.quote(str(key.target))}",
            )
            continue
        lost = [c for c in key.target_columns if c not in target.draft.by_column]
        lost += [c for c in key.columns if c not in item.draft.by_column]
        if lost:
            yield _refused(
                f"{table.name}.{key.name}",
                f"The key is made of {', '.join(lost)}, of which there is no attribute.",
            )


def _legacy_users(handed: HandOver, accepted: Collection[str]) -> Iterator[Problem]:
    for user in handed.legacy:
        name = f"{handed.table}.{user.module}"
        if name not in accepted and user.path not in accepted:
            yield _refused(
                f"{user.path}:{user.line}",
                f"{user.module} ({user.kind}) still refers to {handed.table}.",
                "Move it to Ash, or say that it may stay, in ash_scaffold.toml:\n"
                f'[[accept]]\nobject = {quoted(name)}\nreason = "…"',
            )


def _drift(findings: Iterable[Finding]) -> Iterator[Problem]:
    for each in findings:
        if each.kind == GuardKind.PENDING_MIGRATION.value:
            continue
        place = each.path if each.line is None else f"{each.path}:{each.line}"
        object_ = f"{each.table}.{each.object}" if each.object else each.table
        todo = each.todo
        if each.command:
            todo = f"{todo}\n{each.command}".strip()
        kind = ", ".join(filter(None, (each.kind, object_)))
        yield _refused(
            place or object_,
            f"{_FINDING}({DRIFT_WORDS[each.severity]}: {kind}): {each.what}",
            todo,
        )


def is_finding(refusal: Problem) -> bool:
    """Whether a refusal is a finding of `check`."""
    return refusal.what.startswith(_FINDING)


def _pending(migrations: Iterable[Migration]) -> Iterator[Problem]:
    for each in migrations:
        yield _refused(each.path, "The migration is not in the database.", "Run mix ecto.migrate.")


def dev_migrations(project: Project) -> Iterator[Problem]:
    """Yield the migrations that Ash has made with `--dev`: its generator would roll them back."""
    for app in project.apps:
        for path in sorted((project.root / app.path / "priv").glob("*/*migrations/*_dev.exs")):
            yield _refused(
                path.relative_to(project.root).as_posix(),
                "It is a migration of mix ash.codegen --dev, which the generator would roll back "
                "and delete.",
                "Make a real one of it first: mix ash.codegen NAME",
            )


def _refused(where: str, what: str, todo: str = "") -> Problem:
    return Code.CUTOVER_REFUSED.at(where, what, todo=todo)
