"""Drift of the schema: what changed in the database since the snapshots were taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Set

import msgspec

from ash_scaffold.ash.compare import Difference
from ash_scaffold.ash.compare import Kind as Differs
from ash_scaffold.ash.model import Place, ReadResource
from ash_scaffold.check.code_drift import OF_ASH
from ash_scaffold.check.parsed_resource import ParsedProject, ParsedResource
from ash_scaffold.check.report import Commands, Source
from ash_scaffold.generate.owned_tables import changes_not_by_ash, is_of
from ash_scaffold.generate.run import PlannedRun
from ash_scaffold.postgres.catalog import Column, Index, Name, Trigger
from ash_scaffold.postgres.compare import RENAMES, Change, Kind, text
from ash_scaffold.problem import Severity
from ash_scaffold.project.schema_changes import rename_problems
from ash_scaffold.project.snapshot import Snapshot
from ash_scaffold.report.differences import Families
from ash_scaffold.report.finding import Finding

# As `check` words them.
_BREAKS, _DIFFERS, _STALE = Severity.ERROR, Severity.WARNING, Severity.NOTE

_CHANGES: dict[Kind, Severity] = {
    Kind.TYPE_RENAMED: _BREAKS,
    Kind.TYPE_MOVED: _BREAKS,
    Kind.TYPE_REDEFINED: _BREAKS,
    # A value that Ash doesn't know fails the read of its row, one that is gone the write.
    Kind.ENUM_LABEL_ADDED: _BREAKS,
    Kind.ENUM_LABEL_REMOVED: _BREAKS,
    Kind.ENUM_LABEL_RENAMED: _BREAKS,
    Kind.ENUM_LABELS_REORDERED: _STALE,
    Kind.DOMAIN_CHANGED: _DIFFERS,
    Kind.COMPOSITE_CHANGED: _BREAKS,
    Kind.TABLE_ADDED: _DIFFERS,
    Kind.TABLE_DROPPED: _BREAKS,
    Kind.TABLE_RENAMED: _BREAKS,
    Kind.TABLE_MOVED: _BREAKS,
    Kind.VIEW_ADDED: _DIFFERS,
    Kind.VIEW_DROPPED: _BREAKS,
    Kind.VIEW_RENAMED: _BREAKS,
    Kind.VIEW_MOVED: _BREAKS,
    Kind.RENAME_UNCLEAR: _BREAKS,
    Kind.RELATION_KIND_CHANGED: _BREAKS,
    Kind.INHERITANCE_CHANGED: _DIFFERS,
    Kind.PARTITIONS_CHANGED: _DIFFERS,
    Kind.ROW_SECURITY_CHANGED: _DIFFERS,
    Kind.RIGHTS_CHANGED: _BREAKS,
    Kind.COLUMN_RENAMED: _BREAKS,
    Kind.COLUMN_ADDED: _DIFFERS,
    Kind.COLUMN_DROPPED: _BREAKS,
    Kind.COLUMN_TYPE_CHANGED: _BREAKS,
    Kind.NULLABILITY_CHANGED: _DIFFERS,
    Kind.DEFAULT_CHANGED: _DIFFERS,
    Kind.IDENTITY_CHANGED: _DIFFERS,
    Kind.GENERATED_CHANGED: _DIFFERS,
    Kind.COLLATION_CHANGED: _STALE,
    Kind.COLUMN_ORDER_CHANGED: _STALE,
    Kind.COMMENT_CHANGED: _STALE,
    Kind.PRIMARY_KEY_ADDED: _DIFFERS,
    Kind.PRIMARY_KEY_DROPPED: _BREAKS,
    Kind.PRIMARY_KEY_CHANGED: _BREAKS,
    Kind.PRIMARY_KEY_RENAMED: _DIFFERS,
    Kind.CONSTRAINT_ADDED: _DIFFERS,
    Kind.CONSTRAINT_DROPPED: _DIFFERS,
    Kind.CONSTRAINT_CHANGED: _DIFFERS,
    Kind.CONSTRAINT_RENAMED: _DIFFERS,
    Kind.FOREIGN_KEY_ADDED: _DIFFERS,
    Kind.FOREIGN_KEY_DROPPED: _DIFFERS,
    Kind.FOREIGN_KEY_CHANGED: _DIFFERS,
    Kind.FOREIGN_KEY_RENAMED: _DIFFERS,
    Kind.INDEX_ADDED: _STALE,
    Kind.INDEX_DROPPED: _STALE,
    Kind.INDEX_CHANGED: _STALE,
    Kind.INDEX_RENAMED: _STALE,
    Kind.TRIGGER_ADDED: _STALE,
    Kind.TRIGGER_DROPPED: _STALE,
    Kind.TRIGGER_CHANGED: _STALE,
    Kind.TRIGGER_RENAMED: _STALE,
    Kind.RULE_ADDED: _DIFFERS,
    Kind.RULE_DROPPED: _DIFFERS,
}
_INDEXES = frozenset({Kind.INDEX_ADDED, Kind.INDEX_DROPPED, Kind.INDEX_CHANGED})
_PRESENCE = frozenset({Kind.TABLE_DROPPED, Kind.VIEW_DROPPED})
# What a resource that says the same as before does not make good.
_WHATEVER_IS_WRITTEN = frozenset({Kind.RIGHTS_CHANGED, Kind.RENAME_UNCLEAR, *_PRESENCE})
# What `ash.compare` can't see, so that finding nothing says nothing.
_UNSEEN = frozenset(
    {
        *_WHATEVER_IS_WRITTEN,
        Kind.RELATION_KIND_CHANGED,
        Kind.INHERITANCE_CHANGED,
        Kind.ROW_SECURITY_CHANGED,
        Kind.FOREIGN_KEY_DROPPED,
        Kind.TRIGGER_ADDED,
        Kind.TRIGGER_DROPPED,
        Kind.TRIGGER_CHANGED,
        Kind.RULE_ADDED,
        Kind.RULE_DROPPED,
    }
)


class Drift(msgspec.Struct, frozen=True):
    """The findings, and the differences of the code that they stand for, by table."""

    findings: tuple[Finding, ...]
    explained: Mapping[Name, Collection[Difference]]


def schema_drift(
    run: PlannedRun, code: ParsedProject, families: Families, commands: Commands
) -> Drift:
    """Return a finding for every change, as bad as the code that does not follow it.

    A change that the code follows already leaves only the snapshot behind.
    """
    findings: list[Finding] = []
    explained: dict[Name, list[Difference]] = {}
    not_by_ash = frozenset(
        change for _, change in changes_not_by_ash(run.session, run.plan, read_owned(code))
    )
    unsettled = {versions.module.name for versions in code.unsettled}
    for change in run.session.schema_changes.changes:
        if change.table is None:
            findings.append(_of_type(change, run, unsettled, commands))
            continue
        found = code.resources.get(change.table)
        related = (
            []
            if found is None
            else [d for d in found.differences if is_of(change, d, found.item.resource)]
        )
        # What it means for tenants is told in words of its own.
        explained.setdefault(change.table, []).extend(
            each for each in related if each.kind is not Differs.TENANT_NULLABLE
        )
        if found is not None and found.owned:
            if change in not_by_ash:
                findings.append(_of_owned(change, run, found, related))
            continue
        severity = _severity(change, found, related, families)
        if change.kind in _PRESENCE and not _is_there(run, change.table):
            severity = Severity.NOTE
        findings.append(_of_table(change, run, found, related, severity, commands))
    return Drift(tuple(findings), explained)


def read_owned(code: ParsedProject) -> dict[str, ReadResource]:
    """Return the resources of Ash's tables that were read, by module."""
    return {
        each.item.resource.module: each.read
        for each in code.resources.values()
        if each.owned and each.read is not None
    }


def _of_owned(
    change: Change, run: PlannedRun, found: ParsedResource, related: list[Difference]
) -> Finding:
    place = _place(change, run, found, related)
    name = f"{change.table}.{change.object}" if change.object else str(change.table)
    return Finding(
        severity=_BREAKS,
        source=Source.SCHEMA,
        kind=change.kind.value,
        table=str(change.table),
        object=change.object,
        module=found.item.resource.module,
        path=place.path if place is not None else "",
        line=place.line if place is not None else None,
        what=f"{text(change)}, and not by Ash, which migrates the table",
        todo=OF_ASH,
        accept=(name,),
    )


def _severity(
    change: Change, found: ParsedResource | None, related: Iterable[Difference], families: Families
) -> Severity:
    if change.kind in _WHATEVER_IS_WRITTEN or found is None:
        return change_severity(change)
    severities = [families.severity(each) for each in related]
    if severities:
        return min(severities, key=lambda severity: severity.rank)
    if found.settled:
        return Severity.NOTE
    if found.read is not None and not found.read.unknown and change.kind not in _UNSEEN:
        return Severity.NOTE
    return change_severity(change)


def _of_table(
    change: Change,
    run: PlannedRun,
    found: ParsedResource | None,
    related: list[Difference],
    severity: Severity,
    commands: Commands,
) -> Finding:
    assert change.table is not None
    place = _place(change, run, found, related)
    snapshot = run.session.schema_changes.resources.get(change.table)
    module = found.item.resource.module if found is not None else _module(snapshot)
    todo, command = "", commands.write(change.table)
    if change.kind is Kind.RENAME_UNCLEAR:
        (problem,) = rename_problems([change])
        todo, command = problem.todo, ""
    elif change.kind in _PRESENCE:
        command = commands.prune()
    name = f"{change.table}.{change.object}" if change.object else str(change.table)
    return Finding(
        severity=severity,
        source=Source.SCHEMA,
        kind=change.kind.value,
        table=str(change.table),
        object=change.object,
        module=module,
        path=place.path if place is not None else "",
        line=place.line if place is not None else None,
        what=text(change),
        todo=todo,
        command=command,
        accept=(name,),
    )


def _place(
    change: Change, run: PlannedRun, found: ParsedResource | None, related: list[Difference]
) -> Place | None:
    if found is None or found.resource is None:
        return _place_of_gone(run, change.table)
    for each in sorted(related, key=lambda each: len(each.path), reverse=True):
        if len(each.path) > 1 or each.path in (("table",), ("schema",)):
            return found.place(*each.path)
    before = str(change.before) if change.kind in RENAMES else ""
    nearest = found.place_of(change.object)
    return nearest if nearest != found.place() or not before else found.place_of(before)


def _module(snapshot: Snapshot | None) -> str:
    return "" if snapshot is None else snapshot.module


def _is_there(run: PlannedRun, table: Name) -> bool:
    return _place_of_gone(run, table) is not None


def _place_of_gone(run: PlannedRun, table: Name | None) -> Place | None:
    for snapshot in run.session.schema_changes.dropped:
        if snapshot.table == table:
            resource = run.session.project.resource(snapshot.module)
            return None if resource is None else Place(resource.path, resource.line)
    return None


def _of_type(change: Change, run: PlannedRun, unsettled: Set[str], commands: Commands) -> Finding:
    """Build the finding about a type, at its module, else at the first resource that uses it."""
    assert change.type is not None
    users = list(_users(change.type, run))
    modules = run.session.project.modules
    severity = change_severity(change)
    if unsettled.isdisjoint(module for _, module in users):
        severity = Severity.NOTE
    supports = [module for table, module in users if table is None]
    entry = next((modules[m] for m in (*supports, *(m for _, m in users)) if m in modules), None)
    name = f"{change.type}.{change.object}" if change.object else str(change.type)
    return Finding(
        severity=severity,
        source=Source.SCHEMA,
        kind=change.kind.value,
        table=next((str(table) for table, _ in users if table is not None), ""),
        object=str(change.type),
        module=entry.name if entry is not None else "",
        path=entry.path if entry is not None else "",
        line=entry.line if entry is not None else None,
        what=text(change),
        command=commands.write(*(table for table, _ in users if table is not None)),
        accept=(name, str(change.type)),
    )


def _users(type_: Name, run: PlannedRun) -> Iterator[tuple[Name | None, str]]:
    """Yield the modules of tables that use a type, and (without a table) of the type itself."""
    done: set[str] = set()
    for item in run.plan.resources:
        old = run.session.schema_changes.resources.get(item.draft.name)
        facts = old.facts if old is not None else None
        used = {each.name for each in facts.types} if facts is not None else set()
        columns = {c.name for c in item.draft.table.columns if c.type.name == type_}
        if type_ not in used and not columns:
            continue
        yield item.draft.name, item.resource.module
        for column in sorted(columns):
            mapped = item.draft.columns.mapped.get(column)
            for support in mapped.supports if mapped is not None else ():
                if support.module not in done:
                    done.add(support.module)
                    yield None, support.module


def change_severity(change: Change) -> Severity:
    """Return what a change means for a resource that does not follow it."""
    found = _CHANGES[change.kind]
    before, after = change.before, change.after
    if change.kind is Kind.COLUMN_ADDED and isinstance(after, Column) and after.required:
        return _BREAKS
    if change.kind in _INDEXES and any(isinstance(i, Index) and i.unique for i in (before, after)):
        return _DIFFERS
    if change.kind is Kind.RIGHTS_CHANGED and after is True:
        return _DIFFERS
    if any(isinstance(each, Trigger) and each.assigns for each in (before, after)):
        return _DIFFERS
    if change.kind is Kind.DOMAIN_CHANGED and change.detail == "type":
        return _BREAKS
    return found
