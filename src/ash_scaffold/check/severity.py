"""How bad a change of the schema or a difference of the code is: the one table of it."""

from __future__ import annotations

from ash_scaffold.ash.compare import Difference
from ash_scaffold.ash.compare import Kind as Differs
from ash_scaffold.ash.model import ABSENT, Attribute, AttributeKind
from ash_scaffold.ash.types import Family
from ash_scaffold.postgres.catalog import Generated, Identity, Index, Trigger
from ash_scaffold.postgres.compare import Change, Kind
from ash_scaffold.postgres.facts import ColumnFacts
from ash_scaffold.problem import Severity

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
_DIFFERENCES: dict[Differs, Severity] = {
    Differs.TABLE: _BREAKS,
    Differs.SCHEMA: _BREAKS,
    Differs.REPO: _DIFFERS,
    Differs.MIGRATE: _DIFFERS,
    Differs.REQUIRE_PRIMARY_KEY: _BREAKS,
    Differs.ATTRIBUTE_MISSING: _DIFFERS,
    Differs.ATTRIBUTE_EXTRA: _BREAKS,
    Differs.SOURCE: _BREAKS,
    Differs.TYPE: _BREAKS,
    Differs.CONSTRAINTS: _DIFFERS,
    Differs.PRIMARY_KEY: _BREAKS,
    Differs.ALLOW_NIL: _DIFFERS,
    Differs.GENERATED: _DIFFERS,
    Differs.WRITABLE: _DIFFERS,
    Differs.DEFAULT: _DIFFERS,
    Differs.UPDATE_DEFAULT: _DIFFERS,
    Differs.RELATIONSHIP_MISSING: _DIFFERS,
    Differs.RELATIONSHIP_KIND: _DIFFERS,
    Differs.DESTINATION: _DIFFERS,
    Differs.SOURCE_ATTRIBUTE: _DIFFERS,
    Differs.DESTINATION_ATTRIBUTE: _DIFFERS,
    Differs.FILTER: _DIFFERS,
    Differs.THROUGH: _DIFFERS,
    Differs.JOIN_ATTRIBUTE: _DIFFERS,
    Differs.IDENTITY_MISSING: _DIFFERS,
    # An upsert names columns and condition that no unique index has.
    Differs.IDENTITY_EXTRA: _BREAKS,
    Differs.INDEX_NAME: _DIFFERS,
    Differs.KEYS: _BREAKS,
    Differs.WHERE: _BREAKS,
    Differs.WHERE_SQL: _BREAKS,
    Differs.NILS_DISTINCT: _DIFFERS,
    Differs.REFERENCE_NAME: _DIFFERS,
    # Only Ash's own migrations go by these, and there are none for a shared table.
    Differs.ON_DELETE: _STALE,
    Differs.ON_UPDATE: _STALE,
    Differs.DEFERRABLE: _STALE,
    Differs.MATCH_TYPE: _STALE,
    Differs.CONSTRAINT_UNKNOWN: _DIFFERS,
    Differs.CONSTRAINT_EXTRA: _STALE,
}
_INDEXES = frozenset({Kind.INDEX_ADDED, Kind.INDEX_DROPPED, Kind.INDEX_CHANGED})


def change_severity(change: Change) -> Severity:
    """Return what a change means for a resource that does not follow it."""
    found = _CHANGES[change.kind]
    before, after = change.before, change.after
    if change.kind is Kind.COLUMN_ADDED and isinstance(after, ColumnFacts) and _demands(after):
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


def _demands(column: ColumnFacts) -> bool:
    """Whether an INSERT that does not name the column fails."""
    filled = column.default is not None or column.identity is not Identity.NONE
    return column.not_null and not filled and column.generated is Generated.NONE


def difference_severity(
    difference: Difference, family: Family | None, other: Family | None
) -> Severity:
    """Return what a difference means. The families are those of the types, None where unknown."""
    wanted, has = difference.expected, difference.actual
    if difference.kind is Differs.ATTRIBUTE_MISSING and isinstance(wanted, Attribute):
        required = not wanted.allow_nil and not wanted.generated and wanted.default is ABSENT
        given = wanted.kind in (AttributeKind.ATTRIBUTE, AttributeKind.CREATE_TIMESTAMP)
        return _BREAKS if wanted.primary_key or (required and given) else _DIFFERS
    if difference.kind is Differs.WRITABLE:
        return _BREAKS if has is True else _DIFFERS
    if difference.kind is Differs.TYPE and family is not None and family is other:
        return _DIFFERS
    return _DIFFERENCES[difference.kind]
