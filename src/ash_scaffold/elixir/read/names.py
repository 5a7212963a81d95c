"""The names that files give to the objects of the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ash_scaffold.ash.model import ReadResource, Relationship, RelationshipKind
from ash_scaffold.ash.project_state import ResourceNames
from ash_scaffold.ash.relationship_id import (
    KnownRelationships,
    RelationshipId,
    follows_a_key,
    relationship_id,
)
from ash_scaffold.postgres.catalog import Name


def names_of(resources: Iterable[ReadResource]) -> dict[Name, ResourceNames]:
    """Return the names of all resources that are pinned to a table, by that table.

    Of several on one table the first by module name counts, as it does for the planner.
    """
    read = sorted(resources, key=lambda resource: resource.module)
    tables = {each.module: each.table for each in read if each.table is not None}
    columns = {each.module: columns_of(each) for each in read}
    found: dict[Name, ResourceNames] = {}
    for each in read:
        if each.table is not None and each.table not in found:
            found[each.table] = resource_names(each, tables, columns)
    return found


def columns_of(read: ReadResource) -> dict[str, str]:
    """Return the columns of a resource's attributes, as far as they are known."""
    return {
        attribute.name: attribute.column
        for attribute in read.resource.attributes
        if read.knows("attributes", attribute.name, "column")
    }


def identity_columns_of(read: ReadResource) -> dict[str, frozenset[str]]:
    """Return the columns of a resource's identities by name, as far as they are known."""
    own = columns_of(read)
    return {
        identity.name: frozenset(own.get(key, key) for key in identity.keys)
        for identity in read.resource.identities
        if read.knows("identities", identity.name, "keys")
    }


def resource_names(
    read: ReadResource,
    destinations: Mapping[str, Name],
    columns: Mapping[str, Mapping[str, str]],
) -> ResourceNames:
    """Return the names that a resource gives.

    `destinations` gives the table of a resource and `columns` the column of its attributes, both
    by module: a relationship is known by the columns that it joins. One that leads to a resource
    that isn't among them, or a second one over the same columns, only takes its name.
    """
    resource = read.resource
    found: dict[RelationshipId, str] = {}
    known = KnownRelationships()
    rest = set(read.fields)
    more: set[str] = set()
    for relationship in sorted(resource.relationships, key=lambda each: _rank(read, each)):
        own = _relationship_id(read, relationship, destinations, columns)
        if own is None or known.same(own) is not None:
            rest.add(relationship.name)
            more |= {relationship.name} if own is not None else set()
        else:
            found[own] = relationship.name
            known.add(own)
    return ResourceNames(
        attributes={column: name for name, column in reversed(columns_of(read).items())},
        relationships=found,
        identities={
            identity.index: identity.name
            for identity in reversed(resource.identities)
            if read.knows("identities", identity.name, "index")
        },
        taken=frozenset(rest),
        more=frozenset(more),
    )


def _relationship_id(
    read: ReadResource,
    relationship: Relationship,
    destinations: Mapping[str, Name],
    columns: Mapping[str, Mapping[str, str]],
) -> RelationshipId | None:
    """Return the identity of a relationship in the database, None when it can't be known.

    Of a composite key whose filter can't be read only the first pair is known.
    """
    joins = relationship.kind is RelationshipKind.MANY_TO_MANY
    fields = ["destination", "source_attribute", "destination_attribute"]
    if joins:
        fields += ["through", "source_attribute_on_join", "destination_attribute_on_join"]
    if not all(read.knows("relationships", relationship.name, field) for field in fields):
        return None
    return relationship_id(
        read.module,
        relationship,
        destinations,
        columns,
        with_filter=read.knows("relationships", relationship.name, "filter"),
    )


def _rank(read: ReadResource, relationship: Relationship) -> int:
    """Rank a relationship that follows a key before one that is a query for some of its rows."""
    name = relationship.name
    if name in read.queries:
        return 2
    if not read.knows("relationships", name, "filter"):
        return 1
    if relationship.sort:
        return 1
    return 0 if follows_a_key(relationship.filter) else 1
