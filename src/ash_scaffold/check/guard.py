"""The guard: whatever could let Ash migrate tables that old and new code share.

AshPostgres says in the `@moduledoc` of every migration that it made it, and keeps its own snapshot
of each table under `priv/resource_snapshots/<repo>/<table>` (its migration generator).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Set
from enum import StrEnum
from pathlib import Path, PurePosixPath

from ash_scaffold.ash.model import Place, ReadResource
from ash_scaffold.check.parsed_resource import ParsedProject
from ash_scaffold.check.report import Commands, Source
from ash_scaffold.generate.files import read_text
from ash_scaffold.generate.owned_tables import migrations_of
from ash_scaffold.generate.run import PlannedRun
from ash_scaffold.legacy.disagreements import disagreements
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, Severity
from ash_scaffold.project.migrations import Migration
from ash_scaffold.project.mix_project import Project, Resource
from ash_scaffold.project.ownership import ash_snapshots
from ash_scaffold.report.finding import Finding
from ash_scaffold.syntax.literal import flat
from ash_scaffold.toml_text import quoted


class Kind(StrEnum):
    """Every kind of finding of the guard. The value is what users see."""

    MIGRATES = "resource migrates"
    ASH_MIGRATION = "migration by Ash"
    ASH_SNAPSHOT = "snapshot by Ash"
    PENDING_MIGRATION = "pending migration"
    MIGRATES_EXTENSIONS = "repo migrates extensions"
    SEVERAL_RESOURCES = "several resources"
    NO_RESOURCE = "no resource"
    NO_TABLE = "no table"
    UNPARSED = "file unreadable"
    LEGACY_MIGRATION = "migration beside Ash"
    NO_ASH_SNAPSHOT = "no snapshot by Ash"
    LEGACY_TYPE = "legacy type differs"


def guard_resources(run: PlannedRun, code: ParsedProject, commands: Commands) -> Iterator[Finding]:
    """Yield findings about the resources of a project, each at its file and line."""
    for parsed in code.resources.values():
        if parsed.read is not None:
            yield from _migrates(run, parsed.read)
        if parsed.resource is None:
            yield _no_resource(parsed.table, parsed.item.resource.module, commands)
    for other in code.others:
        yield from _migrates(run, other)
        yield from _no_table(run, other)
    yield from _several(run)


def _migrates(run: PlannedRun, other: ReadResource) -> Iterator[Finding]:
    """Yield a finding unless `migrate?` is unknown: a base module or a macro may set it."""
    table = other.table
    if table is None or not other.knows("migrate") or not other.resource.migrate:
        return
    if run.session.resolver.owned_by_ash(table):
        return
    place = other.place("migrate") if ("migrate",) in other.places else other.place("table")
    yield Finding(
        severity=Severity.ERROR,
        source=Source.GUARD,
        kind=Kind.MIGRATES.value,
        table=str(table),
        module=other.module,
        path=place.path if place is not None else "",
        line=place.line if place is not None else None,
        what=f"{other.module} does not say `migrate? false`: Ash would write migrations for the "
        "table that it shares with the legacy code.",
        todo="Say `migrate? false` in `postgres`; or, when no legacy code is left, let Ash have "
        f"the table: ash-scaffold cutover {shlex.quote(str(table))}",
        accept=(f"{table}.postgres.migrate?",),
    )


def _no_resource(table: Name, module: str, commands: Commands) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        source=Source.GUARD,
        kind=Kind.NO_RESOURCE.value,
        table=str(table),
        module=module,
        what=f"The table is in a domain, and no resource is pinned to it; {module} would be.",
        todo="Or leave it out: [tables.…] exclude = true in ash_scaffold.toml.",
        command=commands.write(table),
        accept=(str(table),),
    )


def _no_table(run: PlannedRun, other: ReadResource) -> Iterator[Finding]:
    """Yield a resource whose table is missing, unless a change of the schema covers it."""
    table, database = other.table, run.session.database
    if table is None or table.schema not in database.schemas:
        return
    there = {each.name for each in database.tables}
    changed = {change.table for change in run.session.schema_changes.changes}
    dropped = {snapshot.module for snapshot in run.session.schema_changes.dropped}
    if table in there or table in changed or other.module in dropped:
        return
    if run.session.resolver.owned_by_ash(table):
        return
    repos = {each.module for each in run.session.project.repos} - {run.session.repo}
    if other.resource.repo in repos:  # its database is another one
        return
    place = other.place("table")
    yield Finding(
        severity=Severity.ERROR,
        source=Source.GUARD,
        kind=Kind.NO_TABLE.value,
        table=str(table),
        module=other.module,
        path=place.path if place is not None else "",
        line=place.line if place is not None else None,
        what=f"{other.module} is pinned to a table that is not in the database.",
        todo="Correct `table` and `schema` in `postgres`, or take the resource out.",
        accept=(str(table),),
    )


def _several(run: PlannedRun) -> Iterator[Finding]:
    """Yield each further resource of a table, except the one that the tool writes."""
    by_table: dict[Name, list[Resource]] = {}
    for resource in run.session.project.resources:
        name = resource.table_name
        if name is not None:
            by_table.setdefault(name, []).append(resource)
    for table, resources in by_table.items():
        if len(resources) < 2:
            continue
        first, *others = resources
        for other in others:
            place = Place(other.path, other.line)
            yield Finding(
                severity=Severity.WARNING,
                source=Source.GUARD,
                kind=Kind.SEVERAL_RESOURCES.value,
                table=str(table),
                module=other.module,
                path=place.path,
                line=place.line,
                what=f"{other.module} is pinned to the table of {first.module}.",
                todo=f'Where that is meant, accept it as "{table}.{other.module}".',
                accept=(f"{table}.{other.module}", str(table)),
            )


_VERSION = re.compile(r"\d{1,18}")


def guard_migrations(
    project: Project, tables: frozenset[Name], owned: Callable[[Name], bool]
) -> Iterator[Finding]:
    """Yield what Ash wrote about the tables of the database that it does not own."""
    shared = frozenset(table for table in tables if not owned(table))
    for table, where, line in migrations_of(project, shared, tables, by_ash=True):
        yield Finding(
            severity=Severity.ERROR,
            source=Source.GUARD,
            kind=Kind.ASH_MIGRATION.value,
            table=str(table),
            path=where,
            line=line,
            what=f"A migration that Ash generated changes {table}, which the legacy code shares.",
            todo="Delete it and its snapshot, and say `migrate? false` in the resource; or, when "
            "no legacy code is left, let Ash have the table: ash-scaffold cutover "
            f"{shlex.quote(str(table))}",
            accept=(f"{where}.{table}", where),
        )
    yield from _ash_snapshots(project, shared)


def guard_owned(run: PlannedRun) -> Iterator[Finding]:
    """Yield what is not right with the tables that Ash migrates.

    A migration of later than the cut-over that Ash has not made, and a snapshot that is missing:
    Ash would make the table anew.
    """
    session = run.session
    owned = session.owned_by_ash
    if not owned:
        return
    since = {
        table: old.owned.since
        for table in owned
        if (old := session.schema_changes.resources.get(table)) is not None and old.owned
    }
    every = [table.name for table in session.database.tables]
    for table, where, line in migrations_of(session.project, owned, every, by_ash=False):
        number = _VERSION.match(PurePosixPath(where).name)
        last = since.get(table, 0)
        if last and number is not None and int(number[0]) > last:
            yield Finding(
                severity=Severity.ERROR,
                source=Source.GUARD,
                kind=Kind.LEGACY_MIGRATION.value,
                table=str(table),
                path=where,
                line=line,
                what=f"A migration that Ash has not generated changes {table}, which is Ash's.",
                todo="Say it in the resource, and let mix ash.codegen make the migration.",
                accept=(f"{where}.{table}", where),
            )
    known = ash_snapshots(session.project)
    modules = {item.draft.name: item.resource.module for item in run.plan.resources}
    for table in sorted(owned.difference(known)):
        yield Finding(
            severity=Severity.ERROR,
            source=Source.GUARD,
            kind=Kind.NO_ASH_SNAPSHOT.value,
            table=str(table),
            module=modules.get(table, ""),
            what=f"Ash has no snapshot of {table}: its next migration would make it anew.",
            todo="Where Ash's snapshots are elsewhere (snapshots_path), accept this.",
            command=f"ash-scaffold cutover {shlex.quote(str(table))}",
            accept=(f"{table}.snapshot", str(table)),
        )


def _ash_snapshots(project: Project, shared: Set[Name]) -> Iterator[Finding]:
    """Yield the newest of Ash's snapshots of each table."""
    for table, paths in ash_snapshots(project).items():
        if table in shared:
            where = paths[-1]
            yield Finding(
                severity=Severity.WARNING,
                source=Source.GUARD,
                kind=Kind.ASH_SNAPSHOT.value,
                table=str(table),
                path=where,
                line=1,
                what=f"Ash keeps a snapshot of {table}, as of a table that it migrates.",
                todo="Delete it; a resource with `migrate? false` has none.",
                accept=(f"{where}.{table}", where),
            )


def guard_pending(pending: Iterable[Migration], dump: Path | None) -> Iterator[Finding]:
    """Yield the migrations of the repo that the database, or the dump, lacks."""
    source = "The database" if dump is None else f"The dump {dump.name}"
    for migration in pending:
        name = Path(migration.path).stem
        yield Finding(
            severity=Severity.WARNING,
            source=Source.GUARD,
            kind=Kind.PENDING_MIGRATION.value,
            object=str(migration.version),
            path=migration.path,
            line=1,
            what=f"{source} lacks the migration {name}: nothing is known of what it changes.",
            todo="Migrate." if dump is None else "Migrate, and dump the schema anew.",
            command="mix ecto.migrate" if dump is None else "mix ecto.migrate && mix ecto.dump",
            accept=(migration.path,),
        )


_CALLBACK = "migrate_extensions?"


def guard_files(project: Project) -> Iterator[Finding]:
    """Yield the files that are not Elixir or can't be read: what they define is not known."""
    for file in project.unparsed:
        yield Finding(
            severity=Severity.ERROR,
            source=Source.GUARD,
            kind=Kind.UNPARSED.value,
            path=file.path,
            line=file.line,
            what=f"{file.what}: what it defines is not known.",
            todo=file.todo,
            accept=(file.path,),
        )


def guard_repos(project: Project, used: frozenset[str]) -> Iterator[Finding]:
    """Yield the repos among `used` in which the callback is missing, or says true.

    One that is there and can't be read is unknown.
    """
    for repo in project.repos:
        if repo.module not in used or not repo.is_ash or repo.migrate_extensions is False:
            continue
        stated = _CALLBACK in (read_text(project, repo.path) or "")
        if stated and repo.migrate_extensions is None:
            continue
        extensions = repo.installed_extensions
        if extensions is None and not repo.has_installed_extensions:
            extensions = ()
        yield Finding(
            severity=Severity.WARNING if extensions == () else Severity.ERROR,
            source=Source.GUARD,
            kind=Kind.MIGRATES_EXTENSIONS.value,
            module=repo.module,
            path=repo.path,
            line=repo.line,
            what=f"{repo.module} lets Ash migrate extensions: `mix ash.codegen` writes a migration "
            "for each one that Ash has not installed itself.",
            todo="@impl true\ndef migrate_extensions?, do: false",
            command="ash-scaffold doctor --fix",
            accept=(f"{repo.module}.{_CALLBACK}", repo.module),
        )


def guard_legacy(run: PlannedRun, code: ParsedProject) -> Iterator[Finding]:
    """Yield a finding for each column of a resource whose type legacy code takes for another."""
    hints = run.session.hints
    if not hints.schemas:
        return
    for found in disagreements(hints, run.session.database):
        parsed = code.resources.get(found.table)
        if (
            found.code is not Code.LEGACY_TYPE_DISAGREES
            or parsed is None
            or parsed.resource is None
        ):
            continue
        attribute = parsed.item.draft.by_column.get(found.column)
        if attribute is None:
            continue
        accept = f"{found.table}.{found.column}.legacy"
        yield Finding(
            severity=Severity.WARNING,
            source=Source.GUARD,
            kind=Kind.LEGACY_TYPE.value,
            table=str(found.table),
            object=found.column,
            module=found.module,
            path=found.path,
            line=found.line,
            what=f"{found.what} {parsed.item.resource.module} has {flat(attribute.type)}.",
            todo="The column's own type holds; fix the legacy schema. Where nothing is read "
            f"by it, as with the schema of a form, accept it as {quoted(accept)}.",
            accept=(accept, f"{found.table}.{found.column}"),
        )
