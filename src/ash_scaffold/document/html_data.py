"""What the page is made from: the document as the small JSON that its script reads.

Tables are referred to by their place in `tables`. What has its default is left out, because the
page of a thousand tables is read from a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.document.model import (
    Cardinality,
    Column,
    Document,
    ForeignKey,
    KeyMark,
    Link,
    Overview,
    Status,
    Table,
    Use,
    reasons,
)
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Problem

_STATUS = {
    Status.LEGACY_ONLY: "legacy",
    Status.SHARED: "shared",
    Status.ASH_ONLY: "ash",
    Status.NEITHER: "neither",
}
_RULES = re.compile(r"\) (MATCH |ON DELETE |ON UPDATE |(?:NOT )?DEFERRABLE|NOT )")


class ColumnData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A column: `key` is true for the primary key's, `unique` for those of another one."""

    name: str
    type: str
    null: bool = False
    key: bool = False
    unique: bool = False
    default: str = ""
    extra: str = ""
    comment: str = ""
    attribute: str = ""
    ash: str = ""
    options: str = ""
    notes: tuple[str, ...] = ()


class RuleData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An index or a constraint."""

    name: str
    kind: str
    text: str


class UseData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A module of the legacy code: `place` is its file and line, `via` how it names the table.

    `own` says that it is a schema of the table.
    """

    module: str
    kind: str
    place: str
    own: bool = False
    via: str = ""


class RelationshipData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A relationship of the Ash resource."""

    name: str
    kind: str
    destination: str
    table: int | None = None


class TableData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A relation. `id` is its name as the address of its page; `name` is without the schema."""

    id: str
    name: str
    kind: str
    status: str
    comment: str = ""
    domain: str = ""
    resources: tuple[str, ...] = ()
    planned: str = ""
    legacy: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    uses: tuple[UseData, ...] = ()
    columns: tuple[ColumnData, ...] = ()
    indexes: tuple[RuleData, ...] = ()
    constraints: tuple[RuleData, ...] = ()
    relationships: tuple[RelationshipData, ...] = ()
    create: str = ""


class LinkData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A foreign key from table `child` to table `parent`.

    `one` says that a row of the parent has at most one of the child, `optional` that a row of the
    child needs no parent; `rule` is what happens on delete and update.
    """

    name: str
    child: int
    parent: int
    columns: tuple[str, ...]
    target: tuple[str, ...]
    one: bool = False
    optional: bool = False
    rule: str = ""


class PairData(msgspec.Struct, frozen=True, kw_only=True):
    """Two tables that are many to many through a third."""

    left: int
    right: int
    through: int


class ProposalData(msgspec.Struct, frozen=True, kw_only=True):
    """A schema change to think of later."""

    kind: str
    table: int
    columns: tuple[str, ...]
    why: str


class ReasonData(msgspec.Struct, frozen=True, kw_only=True):
    """Why types are mapped as they are: backticks make code spans of `why`."""

    types: tuple[str, ...]
    why: str


class ProblemData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem, and the table that it is about if it is about one."""

    severity: str
    code: str
    what: str
    where: str = ""
    todo: str = ""
    table: int | None = None


class PageData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that the page shows."""

    title: str
    facts: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    other_schemas: tuple[tuple[str, int], ...] = ()
    domains: tuple[str, ...] = ()
    tables: tuple[TableData, ...] = ()
    links: tuple[LinkData, ...] = ()
    pairs: tuple[PairData, ...] = ()
    proposals: tuple[ProposalData, ...] = ()
    reasons: tuple[ReasonData, ...] = ()
    problems: tuple[ProblemData, ...] = ()


def page_data(document: Document) -> PageData:
    """Give what the page of a document shows, in the document's order."""
    place = {table.name: index for index, table in enumerate(document.tables)}
    overview = document.overview
    return PageData(
        title=overview.application,
        facts=_facts(overview),
        left_out=tuple(str(name) for name in overview.left_out),
        other_schemas=overview.other_schemas,
        domains=tuple(domain.module or "" for domain in document.domains),
        tables=tuple(_table(table, place) for table in document.tables),
        links=tuple(_links(document, place)),
        pairs=tuple(_pairs(document.links, place)),
        proposals=tuple(
            ProposalData(
                kind=proposal.kind.value,
                table=place[proposal.table],
                columns=proposal.columns,
                why=proposal.why,
            )
            for proposal in document.proposals
            if proposal.table in place
        ),
        reasons=tuple(ReasonData(types=types, why=why) for types, why in reasons(document.tables)),
        problems=tuple(_problems(document)),
    )


def _facts(overview: Overview) -> tuple[str, ...]:
    facts = [
        "PostgreSQL" if overview.version is None else f"PostgreSQL {overview.version}",
        f"migrations: {overview.migrations}",
        _count(overview.tables, "table"),
        _count(overview.views, "view") if overview.views else "",
        _count(overview.relationships, "relationship"),
        f"schemas {', '.join(overview.schemas)}" if len(overview.schemas) > 1 else "",
        f"extensions {', '.join(overview.extensions)}" if overview.extensions else "",
        f"repo {overview.repo}" if overview.repo else "",
    ]
    return tuple(fact for fact in facts if fact)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _table(table: Table, place: Mapping[Name, int]) -> TableData:
    has_file = [resource.module for resource in table.resources if resource.path is not None]
    planned = [resource.module for resource in table.resources if resource.path is None]
    return TableData(
        id=str(table.name),
        name=table.name.name,
        kind=table.kind,
        status=_STATUS[table.status],
        comment=table.comment or "",
        domain=table.domain or "",
        resources=tuple(has_file),
        planned=planned[0] if planned and not has_file else "",
        legacy=tuple(use.module for use in table.schemas),
        contexts=table.contexts,
        uses=tuple(_use(use) for use in table.uses),
        columns=tuple(_column(column) for column in table.columns),
        indexes=tuple(
            RuleData(name=index.name, kind=index.kind, text=index.definition)
            for index in table.indexes
        ),
        constraints=tuple(_constraints(table, place)),
        relationships=tuple(
            RelationshipData(
                name=relationship.name,
                kind=relationship.kind,
                destination=relationship.destination,
                table=None if relationship.table is None else place.get(relationship.table),
            )
            for relationship in table.relationships
        ),
        create=table.create,
    )


def _use(use: Use) -> UseData:
    return UseData(
        module=use.module,
        kind=use.kind,
        place=f"{use.path}:{use.line}",
        own=use.is_own_schema,
        via=", ".join(way for way in use.via if way != "schema"),
    )


def _column(column: Column) -> ColumnData:
    return ColumnData(
        name=column.name,
        type=column.type,
        null=column.nullable,
        key=KeyMark.PRIMARY in column.marks,
        unique=KeyMark.UNIQUE in column.marks,
        default=column.default or "",
        extra=f"generated {column.generated}" if column.generated else "",
        comment=column.comment or "",
        attribute=column.attribute or "",
        ash=column.ash_type or "",
        options=column.constraints,
        notes=column.notes,
    )


def _constraints(table: Table, place: Mapping[Name, int]) -> Iterable[RuleData]:
    """Give what no index and no drawn line says: keys to and from tables not in the document."""
    for check in table.checks:
        yield RuleData(name=check.name, kind="check", text=check.definition)
    for exclusion in table.exclusions:
        yield RuleData(name=exclusion.name, kind="exclusion", text=exclusion.definition)
    for key in table.foreign_keys:
        if key.target not in place:
            yield RuleData(name=key.name, kind="foreign key", text=key.definition)
    for key in table.incoming:
        if key.table not in place:
            columns = ", ".join(key.columns)
            yield RuleData(name=key.name, kind="referred to by", text=f"{key.table} ({columns})")


def _links(document: Document, place: Mapping[Name, int]) -> Iterable[LinkData]:
    said = {(link.target, name): link for link in document.links for name in link.foreign_keys}
    for table in document.tables:
        for key in table.foreign_keys:
            if key.target in place:
                yield _link(key, said.get((key.table, key.name)), place)


def _link(key: ForeignKey, link: Link | None, place: Mapping[Name, int]) -> LinkData:
    rules = _RULES.search(key.definition)
    return LinkData(
        name=key.name,
        child=place[key.table],
        parent=place[key.target],
        columns=key.columns,
        target=key.target_columns,
        one=link is not None and link.cardinality is Cardinality.ONE_TO_ONE,
        optional=link is not None and link.optional,
        rule="" if rules is None else key.definition[rules.start() + 2 :].lower(),
    )


def _pairs(links: Iterable[Link], place: Mapping[Name, int]) -> Iterable[PairData]:
    for link in links:
        if link.through is not None and {link.source, link.target, link.through} <= place.keys():
            yield PairData(
                left=place[link.source], right=place[link.target], through=place[link.through]
            )


def _problems(document: Document) -> Iterable[ProblemData]:
    about: dict[Problem, int] = {}
    for index, table in enumerate(document.tables):
        for problem in table.problems:
            about.setdefault(problem, index)
    everything = dict.fromkeys((*document.problems, *about))
    for problem in sorted(everything, key=Problem.sort_key):
        yield ProblemData(
            severity=problem.severity.value,
            code=problem.code.value,
            what=problem.what,
            where=problem.where,
            todo=problem.todo,
            table=about.get(problem),
        )
