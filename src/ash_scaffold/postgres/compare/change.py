"""A difference between two schemas as a value, in the terms of the catalog."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from ash_scaffold.postgres.catalog import (
    Check,
    Column,
    Exclusion,
    ForeignKey,
    Generated,
    Identity,
    Index,
    Key,
    Name,
    PartitionConstraint,
    RelationKind,
    Trigger,
    Type,
    TypeUse,
)
from ash_scaffold.postgres.facts import TableFacts

Value: TypeAlias = (
    str
    | bool
    | tuple[str, ...]
    | tuple[Name, ...]
    | Name
    | TypeUse
    | Identity
    | Generated
    | RelationKind
    | Column
    | TableFacts
    | Type
    | Key
    | ForeignKey
    | Check
    | Exclusion
    | Index
    | Trigger
    | PartitionConstraint
    | None
)


class Kind(StrEnum):
    """Every kind of change. The value is what users see; the order is that of reports."""

    TYPE_RENAMED = "type renamed"
    TYPE_MOVED = "type moved"
    TYPE_REDEFINED = "type redefined"
    ENUM_LABEL_ADDED = "enum label added"
    ENUM_LABEL_REMOVED = "enum label removed"
    ENUM_LABEL_RENAMED = "enum label renamed"
    ENUM_LABELS_REORDERED = "enum labels reordered"
    DOMAIN_CHANGED = "domain changed"
    COMPOSITE_CHANGED = "composite changed"
    TABLE_ADDED = "table added"
    TABLE_DROPPED = "table dropped"
    TABLE_RENAMED = "table renamed"
    TABLE_MOVED = "table moved"
    VIEW_ADDED = "view added"
    VIEW_DROPPED = "view dropped"
    VIEW_RENAMED = "view renamed"
    VIEW_MOVED = "view moved"
    RENAME_UNCLEAR = "rename unclear"
    RELATION_KIND_CHANGED = "relation kind changed"
    INHERITANCE_CHANGED = "inheritance changed"
    PARTITIONS_CHANGED = "partitions changed"
    ROW_SECURITY_CHANGED = "row security changed"
    RIGHTS_CHANGED = "rights changed"
    COLUMN_RENAMED = "column renamed"
    COLUMN_ADDED = "column added"
    COLUMN_DROPPED = "column dropped"
    COLUMN_TYPE_CHANGED = "type changed"
    NULLABILITY_CHANGED = "nullability changed"
    DEFAULT_CHANGED = "default changed"
    IDENTITY_CHANGED = "identity changed"
    GENERATED_CHANGED = "generated changed"
    COLLATION_CHANGED = "collation changed"
    COLUMN_ORDER_CHANGED = "column order changed"
    COMMENT_CHANGED = "comment changed"
    PRIMARY_KEY_ADDED = "primary key added"
    PRIMARY_KEY_DROPPED = "primary key dropped"
    PRIMARY_KEY_CHANGED = "primary key changed"
    PRIMARY_KEY_RENAMED = "primary key renamed"
    CONSTRAINT_ADDED = "constraint added"
    CONSTRAINT_DROPPED = "constraint dropped"
    CONSTRAINT_CHANGED = "constraint changed"
    CONSTRAINT_RENAMED = "constraint renamed"
    FOREIGN_KEY_ADDED = "foreign key added"
    FOREIGN_KEY_DROPPED = "foreign key dropped"
    FOREIGN_KEY_CHANGED = "foreign key changed"
    FOREIGN_KEY_RENAMED = "foreign key renamed"
    INDEX_ADDED = "index added"
    INDEX_DROPPED = "index dropped"
    INDEX_CHANGED = "index changed"
    INDEX_RENAMED = "index renamed"
    TRIGGER_ADDED = "trigger added"
    TRIGGER_DROPPED = "trigger dropped"
    TRIGGER_CHANGED = "trigger changed"
    TRIGGER_RENAMED = "trigger renamed"
    RULE_ADDED = "rule added"
    RULE_DROPPED = "rule dropped"


RENAMES = frozenset(kind for kind in Kind if kind.value.endswith((" renamed", " moved")))
# The `detail` of a table that is read for all tenants now, where it has stayed where it is.
EVERY_TENANT = "every tenant"
_ORDER = {kind: position for position, kind in enumerate(Kind)}


class Evidence(StrEnum):
    """The evidence for a rename; the values are those of the JSON output."""

    IDENTITY = "seen"
    """The object has the same oid or attribute number as at an earlier run on this database."""
    CONFIGURED = "said"
    """The configuration names the old name."""
    LIKELY = "likely"
    """One is dropped and one is new, of the same type and place, and more speaks for it."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change. `table` and `object` are the names after it, of a dropped object those before.

    `table` is None for a type, whose name is then in `type`. `object` is the column, key, index,
    label … or empty for the table itself. `before` and `after` are the values that differ: whole
    structs for what was added, dropped or changed as a whole, None for what is not there; names
    for a rename (of a table or a type a `Name`); for nullability whether NULL is allowed.
    `detail` is the aspect of a domain or composite, the right, the commented object,
    for `rename unclear` the line of configuration that decides it, and `EVERY_TENANT` for a table
    that only the configuration moves. `evidence` is set for
    renames of tables and columns.
    """

    kind: Kind
    table: Name | None = None
    type: Name | None = None
    object: str = ""
    before: Value = None
    after: Value = None
    detail: str = ""
    evidence: Evidence | None = None

    def sort_key(self) -> tuple[Name, Name, int, str, str]:
        """Types first, then by table, kind and name: the same order on every machine."""
        nothing = Name("", "")
        return (
            self.table or nothing,
            self.type or nothing,
            _ORDER[self.kind],
            self.object,
            self.detail,
        )
