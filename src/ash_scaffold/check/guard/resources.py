"""Resources that may migrate, that share a table, or that a table lacks."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.ash.model import Place, ReadResource
from ash_scaffold.check.command import Commands
from ash_scaffold.check.guard.kinds import Kind
from ash_scaffold.check.look import Code
from ash_scaffold.check.report import Source
from ash_scaffold.generate.decision import Decision
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Severity
from ash_scaffold.project.model import Resource
from ash_scaffold.report.finding import Finding

_DEFAULT_SCHEMA = "public"


def guard_resources(decision: Decision, code: Code, commands: Commands) -> Iterator[Finding]:
    """Yield what is wrong with the resources of a project, each told at its file and line."""
    for look in code.looks.values():
        if look.read is not None:
            yield from _migrates(decision, look.read)
        if look.resource is None:
            yield _missing(look.table, look.item.resource.module, commands)
    for read in code.others:
        yield from _migrates(decision, read)
        yield from _nowhere(decision, read)
    yield from _several(decision)


def _migrates(decision: Decision, read: ReadResource) -> Iterator[Finding]:
    """What can't be read is unknown: a base module or a macro may say it."""
    table = read.table
    if table is None or not read.knows("migrate") or not read.resource.migrate:
        return
    if decision.read.resolver.owned_by_ash(table):
        return
    place = read.place("migrate") if ("migrate",) in read.places else read.place("table")
    yield Finding(
        severity=Severity.ERROR,
        source=Source.GUARD,
        kind=Kind.MIGRATES.value,
        table=str(table),
        module=read.module,
        path=place.path if place is not None else "",
        line=place.line if place is not None else None,
        what=f"{read.module} does not say `migrate? false`: Ash would write migrations for the "
        "table that it shares with the legacy code.",
        todo="Say `migrate? false` in `postgres`, or list the table in owned_by_ash of "
        "ash_scaffold.toml when no legacy code is left.",
        accept=(f"{table}.postgres.migrate?",),
    )


def _missing(table: Name, module: str, commands: Commands) -> Finding:
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


def _nowhere(decision: Decision, read: ReadResource) -> Iterator[Finding]:
    """Tell of a resource whose table is not there, unless a change of the schema told it."""
    table, database = read.table, decision.read.database
    if table is None or table.schema not in database.schemas:
        return
    there = {each.name for each in database.tables}
    told = {change.table for change in decision.past.changes}
    gone = {snapshot.module for snapshot in decision.past.gone}
    if table in there or table in told or read.module in gone:
        return
    if decision.read.resolver.owned_by_ash(table):
        return
    place = read.place("table")
    yield Finding(
        severity=Severity.ERROR,
        source=Source.GUARD,
        kind=Kind.NO_TABLE.value,
        table=str(table),
        module=read.module,
        path=place.path if place is not None else "",
        line=place.line if place is not None else None,
        what=f"{read.module} is pinned to a table that is not in the database.",
        todo="Correct `table` and `schema` in `postgres`, or take the resource out.",
        accept=(str(table),),
    )


def _several(decision: Decision) -> Iterator[Finding]:
    """Tell of tables with several resources at each of them but the one that the tool writes."""
    by_table: dict[Name, list[Resource]] = {}
    for resource in decision.read.project.resources:
        if resource.table is not None:
            name = Name(resource.schema or _DEFAULT_SCHEMA, resource.table)
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
