"""The one function that makes the document out of everything that was read and planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.ash.attributes import TableAttributes
from ash_scaffold.ash.plan import Plan, PlannedResource
from ash_scaffold.document.columns import columns
from ash_scaffold.document.ddl import create_table
from ash_scaffold.document.links import links, name_order
from ash_scaffold.document.model import (
    Document,
    Domain,
    ForeignKey,
    Overview,
    Progress,
    Relationship,
    Resource,
    Status,
    Table,
)
from ash_scaffold.document.parts import (
    checks_of,
    exclusions_of,
    foreign_key,
    indexes_of,
    shape_of,
    uses_of,
)
from ash_scaffold.document.proposals import proposals
from ash_scaffold.legacy.findings import compare as legacy_findings
from ash_scaffold.legacy.model import Hints
from ash_scaffold.legacy.usage import User
from ash_scaffold.postgres import catalog
from ash_scaffold.postgres.catalog import Database, Name, RelationKind
from ash_scaffold.problem import Code, Problem
from ash_scaffold.project.model import Project

_VIEWS = (RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW)
_UNSUPPORTED = (Code.COLUMN_UNSUPPORTED,)


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What the document is made from.

    `users` are by table; `proposed` are the attributes of tables that are in no domain;
    `version` is PostgreSQL's major version, None when it is not known; `repo` a module.
    """

    database: Database
    plan: Plan
    hints: Hints
    users: Mapping[Name, tuple[User, ...]]
    project: Project
    repo: str
    version: str | None = None
    proposed: Mapping[Name, TableAttributes] = {}


def build(sources: Sources) -> Document:
    """Make the document. Tables that nobody models are only named in its overview."""
    left_out = set(sources.plan.scope.skipped)
    read = [table for table in sources.database.tables if table.name not in left_out]
    problems = _problems(sources)
    builder = _Builder(sources, problems)
    tables = tuple(
        builder.table(table) for table in sorted(read, key=lambda table: name_order(table.name))
    )
    found = links(read)
    return Document(
        overview=_overview(sources, read),
        domains=_domains(tables),
        tables=tables,
        links=found,
        proposals=proposals(
            read,
            sources.hints,
            legacy_findings(sources.hints, sources.database),
            _unsupported(read, problems),
        ),
        problems=problems,
        progress=_progress(tables),
    )


def _problems(sources: Sources) -> tuple[Problem, ...]:
    proposed = (problem for each in sources.proposed.values() for problem in each.problems)
    return tuple(sorted({*sources.plan.problems, *proposed}, key=Problem.sort_key))


def _unsupported(
    tables: Iterable[catalog.Table], problems: Iterable[Problem]
) -> Mapping[Name, tuple[str, ...]]:
    places = {problem.where for problem in problems if problem.code in _UNSUPPORTED}
    return {
        table.name: tuple(c.name for c in table.columns if f"{table.name}.{c.name}" in places)
        for table in tables
    }


def _overview(sources: Sources, read: list[catalog.Table]) -> Overview:
    database = sources.database
    views = sum(table.kind in _VIEWS for table in read)
    names = {table.name for table in read}
    return Overview(
        application=sources.project.app.name,
        repo=sources.repo,
        version=sources.version,
        migrations="Ecto",
        schemas=tuple(sorted({name.schema for name in names})),
        extensions=tuple(e.name for e in database.extensions if e.name != "plpgsql"),
        tables=len(read) - views,
        views=views,
        relationships=sum(len(table.foreign_keys) for table in read),
        left_out=tuple(sorted(sources.plan.scope.skipped)),
        other_schemas=database.other_schemas,
    )


def _domains(tables: Iterable[Table]) -> tuple[Domain, ...]:
    by_module: defaultdict[str | None, list[Table]] = defaultdict(list)
    for table in tables:
        by_module[table.domain].append(table)
    return tuple(
        Domain(
            module=module,
            tables=tuple(table.name for table in by_module[module]),
            progress=_progress(by_module[module]),
        )
        for module in sorted(by_module, key=lambda module: (module is None, module or ""))
    )


def _progress(tables: Iterable[Table]) -> Progress:
    count: defaultdict[Status, int] = defaultdict(int)
    for table in tables:
        count[table.status] += 1
    return Progress(
        legacy_only=count[Status.LEGACY_ONLY],
        shared=count[Status.SHARED],
        ash_only=count[Status.ASH_ONLY],
        neither=count[Status.NEITHER],
    )


class _Builder:
    def __init__(self, sources: Sources, problems: tuple[Problem, ...]) -> None:
        self._sources = sources
        self._problems: defaultdict[str, list[Problem]] = defaultdict(list)
        names = {str(table.name) for table in sources.database.tables}
        for problem in problems:
            self._problems[_owner(problem.where, names)].append(problem)
        self._planned = {item.draft.name: item for item in sources.plan.resources}
        self._modules = {item.resource.module: item.draft.name for item in sources.plan.resources}
        self._incoming: defaultdict[Name, list[ForeignKey]] = defaultdict(list)
        for table in sources.database.tables:
            for key in table.foreign_keys:
                self._incoming[key.target].append(foreign_key(key))
        for key in sources.database.outside_foreign_keys:
            self._incoming[key.target].append(foreign_key(key))
        self._resources: defaultdict[Name, list[Resource]] = defaultdict(list)
        for resource in sources.project.resources:
            if resource.table is not None:
                name = Name(resource.schema or "public", resource.table)
                self._resources[name].append(
                    Resource(module=resource.module, domain=resource.domain, path=resource.path)
                )
        self._contexts: defaultdict[Name, set[str]] = defaultdict(set)
        for schema in sources.hints.schemas:
            if schema.context_module is not None:
                self._contexts[schema.name].add(schema.context)

    def table(self, table: catalog.Table) -> Table:
        """Say all that is known of one table."""
        name = table.name
        item = self._planned.get(name)
        planned = item.draft.columns if item is not None else self._sources.proposed.get(name)
        problems = tuple(self._problems.get(str(name), ()))
        there = tuple(sorted(self._resources.get(name, ()), key=lambda each: each.module))
        uses = uses_of(self._sources.users.get(name, ()))
        resources = there or _intended(item)
        return Table(
            name=name,
            kind=table.kind.value,
            comment=table.comment,
            domain=next((each.domain for each in resources if each.domain), None),
            columns=columns(table, planned, problems),
            create=create_table(table, self._sources.database.types),
            primary_key=table.primary_key.columns if table.primary_key is not None else (),
            indexes=indexes_of(table),
            checks=checks_of(table),
            exclusions=exclusions_of(table),
            foreign_keys=tuple(map(foreign_key, table.foreign_keys)),
            incoming=tuple(sorted(self._incoming.get(name, ()), key=lambda k: (k.table, k.name))),
            uses=uses,
            contexts=tuple(sorted(self._contexts.get(name, ()))),
            resources=resources,
            relationships=self._relationships(item),
            status=_status(legacy=bool(uses), ash=bool(there)),
            problems=problems,
            shape=shape_of(table),
        )

    def _relationships(self, item: PlannedResource | None) -> tuple[Relationship, ...]:
        if item is None:
            return ()
        return tuple(
            Relationship(
                name=each.name,
                kind=each.kind.value,
                destination=each.destination,
                table=self._modules.get(each.destination),
                source_attribute=each.source_attribute,
                destination_attribute=each.destination_attribute,
                through=self._modules.get(each.through) if each.through is not None else None,
            )
            for each in item.resource.relationships
        )


def _owner(where: str, names: set[str]) -> str:
    """Return the table that a problem is about: its whole place, or all before some dot."""
    end = len(where)
    while end > 0:
        if where[:end] in names:
            return where[:end]
        end = where.rfind(".", 0, end)
    return ""


def _intended(item: PlannedResource | None) -> tuple[Resource, ...]:
    if item is None:
        return ()
    return (Resource(module=item.resource.module, domain=item.resource.domain),)


def _status(*, legacy: bool, ash: bool) -> Status:
    if legacy:
        return Status.SHARED if ash else Status.LEGACY_ONLY
    return Status.ASH_ONLY if ash else Status.NEITHER
