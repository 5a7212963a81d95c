"""Relationships, by the attributes that they join.

One that is in the resource alone is the team's own: it asks nothing of the database.
"""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.ash.compare.difference import Difference, Kind
from ash_scaffold.ash.compare.same import same
from ash_scaffold.ash.model import ABSENT, Relationship, RelationshipKind, Resource
from ash_scaffold.ash.stated import ReadResource

_SECTION = "relationships"
# What makes a relationship the one that it is, and how each is called when it differs.
_FIELDS = {
    "destination": Kind.DESTINATION,
    "source_attribute": Kind.SOURCE_ATTRIBUTE,
    "destination_attribute": Kind.DESTINATION_ATTRIBUTE,
    "through": Kind.THROUGH,
    "source_attribute_on_join": Kind.JOIN_ATTRIBUTE,
    "destination_attribute_on_join": Kind.JOIN_ATTRIBUTE,
}


def compare_relationships(wanted: Resource, has: ReadResource) -> Iterator[Difference]:
    """Compare the relationships that the foreign keys give."""
    pairs = pair_relationships(wanted, has)
    taken = {found.name for found in pairs.values() if found is not None}
    # What can't be read may be what is missing.
    sure = has.knows(_SECTION) and all(
        each.name in taken or all(has.knows(_SECTION, each.name, field) for field in _FIELDS)
        for each in has.resource.relationships
    )
    for relationship in wanted.relationships:
        found = pairs[relationship.name]
        if found is not None:
            yield from _options(relationship, found, has)
        elif sure:
            yield Difference(
                kind=Kind.RELATIONSHIP_MISSING,
                path=(_SECTION,),
                object=relationship.name,
                wanted=relationship,
                has=ABSENT,
            )


def pair_relationships(wanted: Resource, has: ReadResource) -> dict[str, Relationship | None]:
    """Pair by what they join, then by name; by the names in `wanted`.

    Of several that join the same, one of the name comes first, then one that is no query.
    """
    free = {relationship.name: relationship for relationship in has.resource.relationships}
    pairs: dict[str, Relationship | None] = {each.name: None for each in wanted.relationships}
    for each in wanted.relationships:
        alike = [other for other in free.values() if _joins_alike(each, other)]
        found = min(
            alike,
            key=lambda other: (other.name != each.name, other.name in has.queries),
            default=None,
        )
        if found is not None:
            pairs[each.name] = free.pop(found.name)
    for each in wanted.relationships:
        if pairs[each.name] is None:
            pairs[each.name] = free.pop(each.name, None)
    return pairs


def _is_belongs_to(relationship: Relationship) -> bool:
    return relationship.kind is RelationshipKind.BELONGS_TO


def _joins_alike(wanted: Relationship, other: Relationship) -> bool:
    joins = wanted.kind is RelationshipKind.MANY_TO_MANY
    return (
        _is_belongs_to(wanted) == _is_belongs_to(other)
        and joins == (other.kind is RelationshipKind.MANY_TO_MANY)
        and all(getattr(wanted, field) == getattr(other, field) for field in _FIELDS)
    )


def _options(wanted: Relationship, found: Relationship, has: ReadResource) -> Iterator[Difference]:
    path = (_SECTION, found.name)
    if wanted.kind is not found.kind:
        yield Difference(
            kind=Kind.RELATIONSHIP_KIND,
            path=path,
            object=wanted.name,
            wanted=wanted.kind.value,
            has=found.kind.value,
        )
    for field, kind in _FIELDS.items():
        left, right = getattr(wanted, field), getattr(found, field)
        if left != right and has.knows(*path, field):
            yield Difference(
                kind=kind, path=(*path, field), object=wanted.name, wanted=left, has=right
            )
    # A filter of the team's own narrows what follows the key; that of a composite key is needed.
    needed = wanted.filter is not None and has.knows(*path, "filter")
    if needed and not same(wanted.filter, found.filter):
        yield Difference(
            kind=Kind.FILTER,
            path=(*path, "filter"),
            object=wanted.name,
            wanted=wanted.filter,
            has=found.filter,
        )
