"""What can differ between a resource and the one that fits the database, as a value."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from ash_scaffold.ash.model import (
    Absent,
    Attribute,
    CheckConstraint,
    ConstraintName,
    IdentityDef,
    Relationship,
)
from ash_scaffold.ash.stated import Path
from ash_scaffold.term import Term

Value: TypeAlias = (
    "Term | Absent | Attribute | Relationship | IdentityDef | CheckConstraint | ConstraintName"
)


class Kind(StrEnum):
    """Every kind of difference. The value is what users see; the order is that of reports."""

    TABLE = "table differs"
    SCHEMA = "schema differs"
    REPO = "repo differs"
    MIGRATE = "migrate? differs"
    REQUIRE_PRIMARY_KEY = "require_primary_key? differs"
    ATTRIBUTE_MISSING = "attribute missing"
    ATTRIBUTE_EXTRA = "attribute without column"
    SOURCE = "source differs"
    TYPE = "type differs"
    CONSTRAINTS = "constraints differ"
    PRIMARY_KEY = "primary_key? differs"
    ALLOW_NIL = "allow_nil? differs"
    GENERATED = "generated? differs"
    WRITABLE = "writable? differs"
    DEFAULT = "default differs"
    UPDATE_DEFAULT = "update_default differs"
    RELATIONSHIP_MISSING = "relationship missing"
    RELATIONSHIP_KIND = "relationship kind differs"
    DESTINATION = "destination differs"
    SOURCE_ATTRIBUTE = "source_attribute differs"
    DESTINATION_ATTRIBUTE = "destination_attribute differs"
    FILTER = "filter differs"
    THROUGH = "through differs"
    JOIN_ATTRIBUTE = "join attribute differs"
    IDENTITY_MISSING = "identity missing"
    IDENTITY_EXTRA = "identity without index"
    INDEX_NAME = "index name differs"
    KEYS = "keys differ"
    WHERE = "where differs"
    WHERE_SQL = "where as SQL differs"
    NILS_DISTINCT = "nils_distinct? differs"
    REFERENCE_NAME = "reference name differs"
    ON_DELETE = "on_delete differs"
    ON_UPDATE = "on_update differs"
    DEFERRABLE = "deferrable differs"
    MATCH_TYPE = "match_type differs"
    CONSTRAINT_UNKNOWN = "constraint unknown"
    CONSTRAINT_EXTRA = "no such constraint"


_ORDER = {kind: position for position, kind in enumerate(Kind)}


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference.

    `path` is where it stands in the resource that was compared, as `ReadResource.place` takes it:
    of what is missing, the section that it belongs to. `object` is the database object: the
    column, index or constraint; for a relationship its name, for the table itself nothing.
    `wanted` and `has` are the values that differ, whole structs for what is missing or extra,
    `ABSENT` for what is not there.
    """

    kind: Kind
    path: Path
    object: str = ""
    wanted: Value
    has: Value

    def sort_key(self) -> tuple[int, str, int, Path]:
        """By the kind of entity, its object and the option: the same order on every machine."""
        order = _ORDER[self.kind]
        return (_first(order), self.object, order, self.path)


_GROUPS = [
    _ORDER[kind]
    for kind in (
        Kind.TABLE,
        Kind.ATTRIBUTE_MISSING,
        Kind.RELATIONSHIP_MISSING,
        Kind.IDENTITY_MISSING,
        Kind.REFERENCE_NAME,
        Kind.CONSTRAINT_UNKNOWN,
    )
]


def _first(order: int) -> int:
    """Return where the group of a kind starts."""
    return max(start for start in _GROUPS if start <= order)
