"""What tenants' schemas have otherwise than the template, which resources are made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from ash_scaffold.ash.scope import is_skipped
from ash_scaffold.check.parsed_resource import ParsedProject
from ash_scaffold.check.report import Source
from ash_scaffold.check.schema_drift import change_severity
from ash_scaffold.postgres.answers import SchemaChangedError
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.compare import Change, Kind, text
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.source import Source as DatabaseSource
from ash_scaffold.postgres.tenant_comparison import TenantComparison, compare_tenants
from ash_scaffold.postgres.unknown import Unknown
from ash_scaffold.problem import Code, Problem, Severity, fail
from ash_scaffold.report.finding import Finding

_KIND = "tenants differ"
_SHOWN = 5  # schemas that a finding names
_OPPOSITE = {"added": "dropped", "dropped": "added", "removed": "added"}


class TenantSchemasRead(msgspec.Struct, frozen=True):
    """The schemas of tenants beside the template; `unknown` is what a dump says nothing of."""

    template: str
    comparison: TenantComparison
    unknown: tuple[Unknown, ...]
    source: str

    def problems(self) -> Iterator[Problem]:
        """Yield a warning for each object of another tenant that could not be compared."""
        names = (each.object for each in self.unknown if each.relation is not None)
        for name in dict.fromkeys(names):
            yield Code.UNKNOWN_OBJECT.at(
                self.source,
                f"{name}: not compared with {self.template}, because the server refused a "
                "statement about it.",
                severity=Severity.WARNING,
            )


def read_tenants(source: DatabaseSource, database: Database) -> TenantSchemasRead | None:
    """Compare the schemas of all tenants with the template; None where there are no others.

    Raises `ScaffoldError` where they are changed while they are read.
    """
    if not database.tenant_schemas:
        return None
    schemas = {database.template, *database.tenant_schemas}
    try:
        with read_only(source.url, source.limit) as connection:
            comparison = compare_tenants(
                connection, database.template, database.tenant_schemas, is_skipped
            )
    except SchemaChangedError as error:
        raise fail(
            Code.DATABASE_ERROR,
            "The schemas of tenants are being changed while they are read.",
            where=source.description,
            todo="Run it again when their migrations are done.",
        ) from error
    return TenantSchemasRead(
        template=database.template,
        comparison=comparison,
        unknown=tuple(
            each
            for refusal in source.refusals
            for each in refusal.unknown
            if each.relation is None or each.relation.schema in schemas
        ),
        source=source.description,
    )


def tenant_drift(
    read: TenantSchemasRead, code: ParsedProject, accepted: Collection[str]
) -> Iterator[Finding]:
    """Yield a finding for each change that would make some schemas what the template is.

    Left out are schemas that the team has accepted, and objects that a dump says nothing of.
    """
    unknown = {each.relation for each in read.unknown}
    if None in unknown:
        return  # it may be about anything
    for found in read.comparison.changes:
        name = found.change.table or found.change.type or Name("", "")
        schemas = [
            schema
            for schema in found.schemas
            if schema not in accepted and unknown.isdisjoint(_names(schema, read.template, name))
        ]
        if schemas:
            yield _finding(found.change, schemas, read.template, code)


def _names(schema: str, template: str, name: Name) -> tuple[Name, Name]:
    """Return the names of an object in a tenant's schema and in the template."""
    return Name(schema, name.name), Name(template, name.name)


def _finding(change: Change, schemas: list[str], template: str, code: ParsedProject) -> Finding:
    found = None if change.table is None else code.resources.get(change.table)
    place = None if found is None else found.place_of(change.object)
    table = "" if change.table is None else str(change.table)
    object_ = change.object if change.table is not None else str(change.type)
    name = f"{table}.{object_}".strip(".")
    return Finding(
        severity=change_severity(_opposite(change)),
        source=Source.TENANTS,
        kind=_KIND,
        table=table,
        object=object_,
        module="" if found is None else found.item.resource.module,
        path="" if place is None else place.path,
        line=None if place is None else place.line,
        what=f"In {template} and not in {_listed(schemas)}: {text(change)}",
        todo=f"Run the migrations of {'this schema' if len(schemas) == 1 else 'these schemas'}; to "
        "leave one out of the comparison, accept its name.",
        accept=(f"tenants.{name}",),
    )


def _listed(schemas: list[str]) -> str:
    if len(schemas) <= _SHOWN:
        return ", ".join(schemas)
    return f"{', '.join(schemas[:_SHOWN])} and {len(schemas) - _SHOWN} more schemas"


def _opposite(change: Change) -> Change:
    """Return what a tenant's schema is to the resource of the template: the change undone."""
    head, _, verb = change.kind.value.rpartition(" ")
    kind = change.kind
    if verb in _OPPOSITE:
        verb = _OPPOSITE[verb]
        if head == "enum label" and verb == "dropped":
            verb = "removed"
        kind = Kind(f"{head} {verb}")
    return msgspec.structs.replace(change, kind=kind, before=change.after, after=change.before)
