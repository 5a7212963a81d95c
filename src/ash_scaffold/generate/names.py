"""The names that a plan gives, as snapshots keep them and as the next plan follows them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ash_scaffold.ash.plan import Plan, PlannedResource
from ash_scaffold.ash.project_state import ResourceNames
from ash_scaffold.ash.relationship_id import RelationshipId, relationship_id
from ash_scaffold.generate.renamed import Renamed
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.snapshot import NamesByHand, NamesSnapshot, RelationshipName

_Columns = Mapping[str, str]


def names_of_plan(plan: Plan) -> dict[Name, ResourceNames]:
    """Return the names of every planned resource's objects, by its table."""
    columns = {item.resource.module: _columns(item) for item in plan.resources}
    tables = {item.resource.module: item.draft.name for item in plan.resources}
    return {item.draft.name: _names(item, columns, tables) for item in plan.resources}


def kept_names(names: ResourceNames, by_hand: NamesByHand) -> NamesSnapshot:
    """Return the names of a resource's objects as its snapshot keeps them."""
    return NamesSnapshot(
        attributes={
            column: name for column, name in sorted(names.attributes.items()) if name != column
        },
        relationships=tuple(
            RelationshipName(
                name=name,
                many=each.many,
                table=each.table,
                source=each.source,
                destination=each.destination,
                through=each.through,
                rest=each.rest,
            )
            for each, name in sorted(names.relationships.items(), key=lambda pair: pair[1])
        ),
        identities=dict(sorted(names.identities.items())),
        removed=tuple(sorted(names.removed)),
        by_hand=by_hand,
    )


def known_names(kept: NamesSnapshot) -> ResourceNames:
    """Return what a snapshot keeps in the form that planning takes."""
    return ResourceNames(
        attributes=kept.attributes,
        relationships={
            RelationshipId(
                each.many, each.table, each.source, each.destination, each.through, each.rest
            ): each.name
            for each in kept.relationships
        },
        identities=kept.identities,
    )


def overlaid(kept: ResourceNames, read: ResourceNames) -> ResourceNames:
    """Return the names of the snapshot with those of the person's file over them."""
    return ResourceNames(
        attributes={
            **{c: name for c, name in kept.attributes.items() if c not in read.removed},
            **read.attributes,
        },
        # The file's first: of two with one name only the first gets it.
        relationships={**read.relationships, **kept.relationships, **read.relationships},
        identities={**read.identities, **kept.identities, **read.identities},
        taken=read.taken,
        removed=read.removed,
    )


def followed(table: Name, names: ResourceNames, renamed: Renamed) -> ResourceNames:
    """Return the names of a table's objects under what those are called in the database today.

    `table` is what the table was called.
    """
    now = renamed.table(table)
    attributes = {renamed.column(now, old): name for old, name in names.attributes.items()}
    return msgspec.structs.replace(
        names,
        attributes=attributes,
        relationships={
            _followed_id(now, each, renamed): name for each, name in names.relationships.items()
        },
        identities={renamed.constraint(now, old): name for old, name in names.identities.items()},
        # A file may name the new column already.
        removed=frozenset(renamed.column(now, old) for old in names.removed) - attributes.keys(),
    )


def pinned_columns(table: Name, names: ResourceNames, renamed: Renamed) -> ResourceNames:
    """Name the attributes of columns that were renamed since: as they were, the column's name.

    `table` is what the table was called. Names that differ from the column's are there already.
    """
    had = {
        old: old
        for old in renamed.columns_of(renamed.table(table))
        if old not in names.attributes and old not in names.removed
    }
    return msgspec.structs.replace(names, attributes={**names.attributes, **had}) if had else names


def _followed_id(own: Name, each: RelationshipId, renamed: Renamed) -> RelationshipId:
    table = renamed.table(each.table)
    through = None if each.through is None else renamed.table(each.through)
    left, right = (own, table) if through is None else (through, through)
    pairs = [
        (renamed.column(left, source), renamed.column(right, destination))
        for source, destination in each.pairs
    ]
    return RelationshipId.of(each.many, table, pairs, through)


def _columns(item: PlannedResource) -> _Columns:
    """Return the column of each attribute."""
    return {attribute.name: column for column, attribute in item.draft.by_column.items()}


def _names(
    item: PlannedResource, columns: Mapping[str, _Columns], tables: Mapping[str, Name]
) -> ResourceNames:
    return ResourceNames(
        attributes={column: each.name for column, each in item.draft.by_column.items()},
        relationships={
            found: each.name
            for each in item.resource.relationships
            if (found := relationship_id(item.resource.module, each, tables, columns)) is not None
        },
        identities={each.index: each.name for each in item.resource.identities},
        removed=frozenset(item.draft.columns.removed),
    )
