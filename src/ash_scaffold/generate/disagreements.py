"""Where the legacy code and the database disagree, as problems of a run."""

from __future__ import annotations

from collections.abc import Mapping

from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.ash.plan import Plan
from ash_scaffold.ash.virtual_keys import legacy_key_name
from ash_scaffold.legacy.findings import Finding, FindingKind, compare
from ash_scaffold.legacy.model import Hints, Unread
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.problem import Code, Problem, Severity

_CODES: dict[FindingKind, tuple[Severity, Code]] = {
    FindingKind.TABLE_MISSING: (Severity.WARNING, Code.LEGACY_TABLE_MISSING),
    FindingKind.FIELD_WITHOUT_COLUMN: (Severity.WARNING, Code.LEGACY_FIELD_WITHOUT_COLUMN),
    FindingKind.COLUMN_UNKNOWN: (Severity.WARNING, Code.LEGACY_COLUMN_UNKNOWN),
    FindingKind.LABEL_UNKNOWN: (Severity.WARNING, Code.LEGACY_LABEL_UNKNOWN),
    FindingKind.VALUE_UNKNOWN: (Severity.WARNING, Code.LEGACY_VALUE_UNKNOWN),
    FindingKind.TYPE_DISAGREES: (Severity.WARNING, Code.LEGACY_TYPE_DISAGREES),
    FindingKind.PRECISION_DIFFERS: (Severity.NOTE, Code.LEGACY_PRECISION),
    FindingKind.NO_FOREIGN_KEY: (Severity.NOTE, Code.LEGACY_NO_FOREIGN_KEY),
    FindingKind.TABLE_SHARED: (Severity.NOTE, Code.LEGACY_TABLE_SHARED),
}
_TODO: dict[FindingKind, str] = {
    FindingKind.TABLE_MISSING: "Take the schema out, or run again with the --schema it is in.",
    FindingKind.FIELD_WITHOUT_COLUMN: "Every query of the legacy code for it fails: take the field "
    "out, or migrate.",
    FindingKind.COLUMN_UNKNOWN: "The legacy code can't make a row: add the field, or a default.",
    FindingKind.LABEL_UNKNOWN: "Add it to the schema's values. Ash reads it.",
    FindingKind.VALUE_UNKNOWN: "Add it in a legacy migration, or take it out of the schema.",
    FindingKind.TYPE_DISAGREES: "The column's own type holds; mend the schema.",
    FindingKind.PRECISION_DIFFERS: "The column's own precision holds.",
}


def disagreements(hints: Hints, database: Database, plan: Plan) -> tuple[Problem, ...]:
    """Return what there is to say of the tables that a run writes, each with file and line.

    A schema whose table is not there belongs to the run that writes its context, or to every run
    where no table of its context is there. What is no
    schema that could be read is said by every run; of a file that is not Elixir nothing is.
    """
    written = plan.scope.written
    there = {table.name for table in database.tables}
    of_run = {schema.context for schema in hints.schemas if schema.name in written}
    of_others = {schema.context for schema in hints.schemas if schema.name in there} - of_run
    others = {
        schema.module
        for schema in hints.schemas
        if schema.name not in written and (schema.name in there or schema.context in of_others)
    }
    broken = {file.path for file in hints.unparsed}
    found = (f for f in compare(hints, database) if f.path not in broken)
    unread = (item for item in hints.unread if item.path not in broken)
    relationships = _relationships(plan)
    return (
        *(_problem(each, relationships) for each in found if each.module not in others),
        *(_unread(item) for item in unread if item.module not in others),
    )


def _problem(finding: Finding, relationships: Mapping[str, tuple[str, ...]]) -> Problem:
    severity, code = _CODES[finding.kind]
    what, todo = finding.what, _TODO.get(finding.kind, "")
    if finding.refers_to is not None:
        key = legacy_key_name(finding.column, *finding.refers_to)
        names = relationships.get(f"{finding.table} {key}", ())
        made = f"It is a relationship all the same: {', '.join(names)}."
        what += " " + (made if names else "It gives no relationship.")
    return Problem(
        severity=severity,
        code=code,
        where=f"{finding.path}:{finding.line}",
        what=what,
        todo=todo,
    )


def _relationships(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Index what became of keys that there aren't: by table and key."""
    found: dict[str, tuple[str, ...]] = {}
    tables = {item.resource.module: item.draft.name for item in plan.resources}
    for item in plan.resources:
        for relationship in item.resource.relationships:
            child = relationship.through or (
                item.resource.module
                if relationship.kind is RelationshipKind.BELONGS_TO
                else relationship.destination
            )
            for key in relationship.foreign_keys:
                at = f"{tables[child]} {key}"
                found[at] = (*found.get(at, ()), f"{item.resource.module}.{relationship.name}")
    return found


def _unread(item: Unread) -> Problem:
    return Problem(
        severity=Severity.NOTE,
        code=Code.LEGACY_UNREAD,
        where=f"{item.path}:{item.line}",
        what=f"{item.module} was not read whole: {item.what}.",
        todo="What it says there counts for nothing; see that the resources are right.",
    )
