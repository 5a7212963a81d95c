"""Makes the document out of everything that was read and planned."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from ash_scaffold.advise.advice import Advice
from ash_scaffold.advise.indexes import MissingIndex
from ash_scaffold.ash.draft import TableAttributes
from ash_scaffold.ash.join_tables import join_pair
from ash_scaffold.ash.keys import is_unique, plain_columns, table_key
from ash_scaffold.ash.model import Absent, Attribute, AttributeKind, Strategy
from ash_scaffold.ash.plan import Plan, PlannedResource, prepare
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.tenancy import Global, TableTenancy
from ash_scaffold.config import Resolver
from ash_scaffold.document.ddl import create_table
from ash_scaffold.document.model import (
    Cardinality,
    Column,
    Constraint,
    Document,
    Domain,
    ForeignKey,
    Index,
    KeyMark,
    Link,
    LocatedProblem,
    Overview,
    Progress,
    Relationship,
    Resource,
    Status,
    Table,
    Use,
    group_reasons,
)
from ash_scaffold.document.proposals import proposals
from ash_scaffold.legacy.disagreements import disagreements as legacy_findings
from ash_scaffold.legacy.ecto import Hints
from ash_scaffold.legacy.usage import User
from ash_scaffold.postgres import catalog
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.definitions import (
    SQL,
    check_definition,
    exclusion_definition,
    foreign_key_definition,
    foreign_key_rules,
    index_definition,
)
from ash_scaffold.postgres.type_text import type_text
from ash_scaffold.problem import Code, Problem
from ash_scaffold.project.carried_actions import CarryState
from ash_scaffold.project.mix_project import Project
from ash_scaffold.syntax.literal import flat
from ash_scaffold.term import Keyword

# A line of code in a problem's text: it changes with every edit of the file.
_PLACE = re.compile(r" \([^()\s]+\.exs?:\d+\)")


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """The sources of the document.

    `users` are by table; `proposed` are the attributes of tables that are in no domain;
    `version` is PostgreSQL's major version, None when it is not known; `repo` a module; `owned` are
    the tables that Ash migrates. `carried` says of each table how many of its changesets have an
    action. `advice` is what `advise` says, `missing` are the indexes that it would ask the database
    about.
    """

    database: Database
    plan: Plan
    hints: Hints
    users: Mapping[Name, tuple[User, ...]]
    project: Project
    repo: str
    version: str | None = None
    proposed: Mapping[Name, TableAttributes] = {}
    owned: Collection[Name] = ()
    carried: Mapping[Name, CarryState] = {}
    advice: tuple[Advice, ...] = ()
    missing: tuple[MissingIndex, ...] = ()


def proposed_attributes(
    database: Database, plan: Plan, state: ProjectState, config: Resolver
) -> Mapping[Name, TableAttributes]:
    """Map the tables that the plan has in no domain, as if they were in one."""
    prepared = prepare(database, state, config, plan.modules)
    unassigned = set(plan.scope.unassigned)
    return {
        table.name: prepared.attributes.plan(table, table_key(table, config, prepared.legacy))
        for table in database.tables
        if table.name in unassigned
    }


def build(sources: Sources) -> Document:
    """Make the document. Tables that are skipped are only named in its overview."""
    skipped = set(sources.plan.scope.skipped)
    read = [table for table in sources.database.tables if table.name not in skipped]
    read.sort(key=lambda table: name_order(table.name))
    builder = _Builder(sources, read)
    tables = tuple(map(builder.table, read))
    return Document(
        overview=_overview(sources, read),
        domains=_domains(tables),
        tables=tables,
        links=builder.links,
        proposals=proposals(
            read,
            sources.hints,
            legacy_findings(sources.hints, sources.database),
            _unsupported(read, builder.problems),
            sources.advice,
            sources.missing,
        ),
        reasons=builder.reasons,
        problems=tuple(
            LocatedProblem(problem=problem, table=table) for problem, table in builder.problems
        ),
        progress=_progress(tables),
    )


def name_order(name: Name) -> tuple[bool, str, str, str]:
    """Order tables for people: `public` first, and without regard to capital letters."""
    return (name.schema != "public", name.schema, name.name.casefold(), name.name)


def _overview(sources: Sources, read: list[catalog.Table]) -> Overview:
    database = sources.database
    views = sum(table.kind.is_view for table in read)
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
        tenancy=_tenancy(sources.plan),
    )


def _tenancy(plan: Plan) -> str:
    """Say by what rows belong to tenants, and of how many of the planned tables."""
    if plan.tenancy is None:
        return ""
    decided = [item.draft.tenancy for item in plan.resources if item.draft.tenancy is not None]
    tenants = sum(each.is_tenant for each in decided)
    how = "a schema for each"
    if plan.tenancy.strategy is Strategy.ATTRIBUTE:
        how = f"rows of {plan.tenancy.tenants} by a column"
    one = "1 table is" if tenants == 1 else f"{tenants} tables are"
    return f"{how}; {one} theirs, {len(decided) - tenants} global"


def _tenancy_of(tenancy: TableTenancy | None) -> str:
    """Say in a sentence whose the rows of a table are, "" where nothing is said of tenants."""
    if tenancy is None:
        return ""
    if tenancy.reason is Global.TENANTS:
        return "Its rows are the tenants."
    if not tenancy.is_tenant:
        return f"Its rows belong to no tenant ({tenancy.reason})."
    if tenancy.strategy is Strategy.CONTEXT:
        return "Each tenant has it in a schema of its own."
    return f"Its rows belong to tenants, by {tenancy.tenant_column}."


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
        owned=count[Status.OWNED],
        neither=count[Status.NEITHER],
    )


# ---- problems ----


def _problems(
    sources: Sources, read: Iterable[catalog.Table]
) -> tuple[tuple[Problem, Name | None], ...]:
    """Return the problems in order, each with the table of the document that it is about."""
    proposed = (problem for each in sources.proposed.values() for problem in each.problems)
    problems = sorted({*sources.plan.problems, *proposed}, key=Problem.sort_key)
    shown = {table.name for table in read}
    names = {str(table.name): table.name for table in sources.database.tables}
    owners = ((problem, _owner(problem.where, names)) for problem in problems)
    return tuple((problem, owner if owner in shown else None) for problem, owner in owners)


def _owner(where: str, names: Mapping[str, Name]) -> Name | None:
    """Return the table that a place is in: the whole text, or all before one of its dots."""
    end = len(where)
    while end > 0:
        if where[:end] in names:
            return names[where[:end]]
        end = where.rfind(".", 0, end)
    return None


def _unsupported(
    tables: Iterable[catalog.Table], problems: Iterable[tuple[Problem, Name | None]]
) -> Mapping[Name, tuple[str, ...]]:
    places = {problem.where for problem, _ in problems if problem.code is Code.COLUMN_UNSUPPORTED}
    return {
        table.name: tuple(c.name for c in table.columns if f"{table.name}.{c.name}" in places)
        for table in tables
    }


def _note(problem: Problem, *, todo: bool = False) -> str:
    """Return the text of a problem without the lines of code in it, which change all the time."""
    text = f"{problem.what} {problem.todo}".strip() if todo else problem.what
    return _PLACE.sub("", text)


# ---- tables ----


class _Builder:
    """Makes the tables of the document, and what needs all of them."""

    def __init__(self, sources: Sources, read: list[catalog.Table]) -> None:
        self._sources = sources
        self._shown = {table.name for table in read}
        self.links = links(read)
        self._links: defaultdict[Name, list[Link]] = defaultdict(list)
        for link in self.links:
            self._links[link.through or link.target].append(link)
        self.problems = _problems(sources, read)
        self._problems: defaultdict[Name, list[Problem]] = defaultdict(list)
        for problem, owner in self.problems:
            if owner is not None:
                self._problems[owner].append(problem)
        self._planned = {item.draft.name: item for item in sources.plan.resources}
        self._attributes = {
            **sources.proposed,
            **{name: item.draft.columns for name, item in self._planned.items()},
        }
        self._whys = {name: _whys(planned) for name, planned in self._attributes.items()}
        self.reasons = group_reasons(
            (why, type_text(column.type))
            for table in read
            for column in table.columns
            if (why := self._whys.get(table.name, {}).get(column.name))
        )
        self._reasons = {each.why: number for number, each in enumerate(self.reasons)}
        self._modules = {item.resource.module: item.draft.name for item in sources.plan.resources}
        self._incoming: defaultdict[Name, list[catalog.ForeignKey]] = defaultdict(list)
        for table in sources.database.tables:
            for key in table.foreign_keys if table.name not in self._shown else ():
                self._incoming[key.target].append(key)
        for key in sources.database.outside_foreign_keys:
            self._incoming[key.target].append(key)
        self._resources: defaultdict[Name, list[Resource]] = defaultdict(list)
        for resource in sources.project.resources:
            name = resource.table_name
            if name is not None:
                self._resources[name].append(
                    Resource(module=resource.module, domain=resource.domain, path=resource.path)
                )
        self._contexts: defaultdict[Name, set[str]] = defaultdict(set)
        for schema in sources.hints.schemas:
            if schema.context_module is not None:
                self._contexts[schema.table].add(schema.context)

    def table(self, table: catalog.Table) -> Table:
        """Make one table of the document."""
        name = table.name
        item = self._planned.get(name)
        problems = self._problems.get(name, ())
        existing = tuple(sorted(self._resources.get(name, ()), key=lambda each: each.module))
        uses = _uses(self._sources.users.get(name, ()))
        carried = self._sources.carried.get(name, CarryState())
        resources = existing or _planned_resources(item)
        return Table(
            name=name,
            kind=table.kind.value,
            comment=table.comment,
            domain=next((each.domain for each in resources if each.domain), None),
            columns=self._columns(table, problems),
            create=create_table(table, self._sources.database.types),
            indexes=_indexes(table),
            constraints=tuple(self._constraints(table)),
            foreign_keys=tuple(self._foreign_keys(table)),
            uses=uses,
            contexts=tuple(sorted(self._contexts.get(name, ()))),
            resources=resources,
            relationships=self._relationships(item),
            status=Status.OWNED
            if name in self._sources.owned
            else _status(legacy=bool(uses), ash=bool(existing)),
            changesets=carried.changesets,
            carried_over=carried.carried,
            tenancy=_tenancy_of(None if item is None else item.draft.tenancy),
            remarks=tuple(_note(each) for each in problems if each.where == str(name)),
            shape=_shape(table),
        )

    def _columns(self, table: catalog.Table, problems: Iterable[Problem]) -> tuple[Column, ...]:
        marks = _marks(table)
        planned = self._attributes.get(table.name)
        attributes = planned.by_column() if planned is not None else {}
        whys = self._whys.get(table.name, {})
        by_place: defaultdict[str, list[Problem]] = defaultdict(list)
        for problem in problems:
            by_place[problem.where].append(problem)
        found = []
        for column in table.columns:
            attribute = attributes.get(column.name)
            about = by_place.get(f"{table.name}.{column.name}", ())
            found.append(
                Column(
                    name=column.name,
                    type=type_text(column.type),
                    nullable=not column.not_null,
                    default=column.default,
                    generated=_generated(column),
                    comment=column.comment,
                    marks=marks[column.name],
                    attribute=attribute.name if attribute is not None else None,
                    ash_type=flat(attribute.type) if attribute is not None else None,
                    constraints=_type_constraints(attribute),
                    reason=self._reasons.get(whys.get(column.name, "")),
                    notes=tuple(_column_notes(column, attribute, planned, about)),
                )
            )
        return tuple(found)

    def _constraints(self, table: catalog.Table) -> Iterator[Constraint]:
        """Yield the checks and exclusions, and keys to and from relations not in the document."""
        for check in table.checks:
            yield Constraint(name=check.name, kind="check", definition=check_definition(check))
        for each in table.exclusions:
            definition = exclusion_definition(each)
            yield Constraint(name=each.name, kind="exclusion", definition=definition)
        for key in table.foreign_keys:
            if key.target not in self._shown:
                definition = foreign_key_definition(key)
                yield Constraint(name=key.name, kind="foreign key", definition=definition)
        incoming = self._incoming.get(table.name, ())
        for key in sorted(incoming, key=lambda key: (key.table, key.name)):
            referrer = f"{key.table} ({', '.join(key.columns)})"
            yield Constraint(name=key.name, kind="referred to by", definition=referrer)

    def _foreign_keys(self, table: catalog.Table) -> Iterator[ForeignKey]:
        """Yield the keys between tables of the document; those of a join table have no marks."""
        links = {
            (link.source, link.columns): link
            for link in self._links.get(table.name, ())
            if link.through is None
        }
        for key in table.foreign_keys:
            if key.target in self._shown:
                link = links.get((key.target, key.columns))
                yield ForeignKey(
                    name=key.name,
                    columns=key.columns,
                    target=key.target,
                    target_columns=key.target_columns,
                    rule=foreign_key_rules(key, SQL).strip().lower(),
                    unique=link is not None and link.cardinality is Cardinality.ONE_TO_ONE,
                    optional=link is not None and link.optional,
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
            )
            for each in item.resource.relationships
        )


def _planned_resources(item: PlannedResource | None) -> tuple[Resource, ...]:
    if item is None:
        return ()
    return (Resource(module=item.resource.module, domain=item.resource.domain),)


def _status(*, legacy: bool, ash: bool) -> Status:
    if legacy:
        return Status.SHARED if ash else Status.LEGACY_ONLY
    return Status.ASH_ONLY if ash else Status.NEITHER


def _uses(users: Iterable[User]) -> tuple[Use, ...]:
    """Join the ways in which one module uses a table, in the order of the first."""
    found: dict[str, Use] = {}
    for user in users:
        use = found.get(user.module)
        if use is None:
            found[user.module] = Use(
                module=user.module,
                kind=user.kind.value,
                path=user.path,
                line=user.line,
                via=(user.via,),
            )
        elif user.via not in use.via:
            found[user.module] = msgspec.structs.replace(use, via=(*use.via, user.via))
    return tuple(found.values())


def _indexes(table: catalog.Table) -> tuple[Index, ...]:
    """Return a table's indexes, the primary key's first, then by name.

    Invalid ones are left out, as pg_dump does: they are remains of a failed build.
    """
    primary = table.primary_key.index_name if table.primary_key is not None else None
    exclusions = {exclusion.name for exclusion in table.exclusions}

    def kind(index: catalog.Index) -> str:
        if index.name == primary:
            return "primary key"
        if index.constraint and index.name in exclusions:
            return "exclusion"
        return "unique" if index.unique else "index"

    return tuple(
        Index(
            name=index.name,
            kind=kind(index),
            definition=index_definition(index),
            partial=index.predicate is not None,
        )
        for index in sorted(table.indexes, key=lambda each: (each.name != primary, each.name))
        if index.valid
    )


def _shape(table: catalog.Table) -> str:
    """Return a digest of what a rename keeps: columns, and the names of keys and indexes.

    An invalid index, the comments and the target of a key are not part of it.
    """
    parts = [
        [table.kind.value],
        [f"{column.name} {type_text(column.type)}" for column in table.columns],
        sorted(index.name for index in table.indexes if index.valid),
        sorted(key.name for key in table.foreign_keys),
        sorted(check.name for check in table.checks),
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


# ---- columns ----


def _marks(table: catalog.Table) -> Mapping[str, tuple[KeyMark, ...]]:
    """Mark the columns of keys: as unique only where the column alone is."""
    primary = set(table.primary_key.columns) if table.primary_key is not None else set()
    foreign = {name for key in table.foreign_keys for name in key.columns}
    unique: set[str] = set()
    for index in table.indexes:
        keys = plain_columns(index)
        if index.unique and index.valid and index.predicate is None and keys and len(keys) == 1:
            unique.update(keys)
    unique -= primary
    sets = ((KeyMark.PRIMARY, primary), (KeyMark.FOREIGN, foreign), (KeyMark.UNIQUE, unique))
    return {
        column.name: tuple(mark for mark, names in sets if column.name in names)
        for column in table.columns
    }


def _whys(planned: TableAttributes) -> Mapping[str, str]:
    """Return by column why the types of attributes are not a matter of course."""
    return {
        attribute.column: mapped.why
        for attribute in planned.attributes
        if (mapped := planned.mapped.get(attribute.column)) is not None and mapped.why
    }


def _generated(column: catalog.Column) -> str:
    if column.identity is not catalog.Identity.NONE:
        return f"{column.identity.value} as identity"
    return column.generated.value


def _type_constraints(attribute: Attribute | None) -> str:
    """Write the type's constraints as a keyword list without its brackets."""
    if attribute is None or not attribute.constraints:
        return ""
    return flat(Keyword(attribute.constraints))[1:-1]


def _column_notes(
    column: catalog.Column,
    attribute: Attribute | None,
    planned: TableAttributes | None,
    problems: Iterable[Problem],
) -> Iterator[str]:
    if attribute is not None:
        yield from _attribute_notes(attribute)
    mapped = planned.mapped.get(column.name) if planned is not None else None
    if attribute is not None and mapped is not None:
        yield from (f"beware: {risk.value}" for risk in mapped.risks)
    for problem in problems:
        if problem.code is not Code.VALUE_RISK:
            yield _note(problem, todo=attribute is None)


def _attribute_notes(attribute: Attribute) -> Iterator[str]:
    plain = attribute.kind is AttributeKind.ATTRIBUTE
    if not plain:
        yield attribute.kind.value
    elif attribute.primary_key:
        yield "primary key"
    if plain:
        yield from _value_notes(attribute)
    if attribute.sensitive:
        yield "sensitive"
    elif not attribute.public:
        yield "not public"


def _value_notes(attribute: Attribute) -> Iterator[str]:
    """Yield the sources of a value that the caller leaves out, or may not set."""
    default, on_update = attribute.default, attribute.update_default
    if attribute.writable:
        if attribute.generated:
            yield "filled by the database"
        if not isinstance(default, Absent):
            yield f"default {flat(default)}"
        return
    if isinstance(default, Absent) and isinstance(on_update, Absent):
        yield "read only"
    if not isinstance(default, Absent):
        yield f"set by Ash on create ({flat(default)})"
    if not isinstance(on_update, Absent):
        yield f"set by Ash on every update ({flat(on_update)})"


# ---- relationships ----


def links(tables: Iterable[catalog.Table]) -> tuple[Link, ...]:
    """Return the relationships of the tables, in order of parent, child and columns.

    A foreign key whose columns are unique makes a one-to-one. A pure join table, which has a
    unique pair of keys and nothing else but its bookkeeping, makes one many-to-many in place of
    two one-to-many. Two keys over the same columns to the same table make one relationship.
    """
    shown = list(tables)
    names = {table.name for table in shown}
    found = [link for table in shown for link in _links(table, names)]
    return tuple(
        sorted(found, key=lambda link: (*map(name_order, (link.source, link.target)), link.columns))
    )


def _links(table: catalog.Table, names: set[Name]) -> Iterator[Link]:
    keys: dict[tuple[Name, tuple[str, ...]], catalog.ForeignKey] = {}
    for key in table.foreign_keys:
        if key.target in names:
            keys.setdefault((key.target, key.columns), key)
    pair = join_pair(table, list(keys.values()))
    if pair is not None:
        first, second = pair
        yield Link(
            cardinality=Cardinality.MANY_TO_MANY,
            source=first.target,
            target=second.target,
            columns=(*first.columns, *second.columns),
            through=table.name,
        )
        return
    for target, columns in keys:
        one = is_unique(table, columns)
        yield Link(
            cardinality=Cardinality.ONE_TO_ONE if one else Cardinality.ONE_TO_MANY,
            source=target,
            target=table.name,
            columns=columns,
            optional=any(not table.column(name).not_null for name in columns),
        )
