"""Constraints that only a partition has, known to the resource of the partitioned table."""

from __future__ import annotations

from collections.abc import Collection

from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.model import ConstraintName
from ash_scaffold.postgres.catalog import ConstraintKind


def partition_names(
    draft: Draft, kind: ConstraintKind, known: Collection[str]
) -> list[ConstraintName]:
    """Name those of one kind whose names are not `known` yet, each once.

    A row that is written through the partitioned table meets them where it ends up.
    """
    anchor = draft.anchor()
    found: dict[str, ConstraintName] = {}
    for constraint in draft.table.partition_constraints:
        fields = draft.attributes_of(constraint.columns) or ((anchor,) if anchor else ())
        if constraint.kind is kind and constraint.name not in known and fields:
            name = ConstraintName(attributes=fields, name=constraint.name)
            found.setdefault(constraint.name, name)
    return list(found.values())
