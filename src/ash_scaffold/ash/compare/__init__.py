"""The typed differences between a resource that fits the database and the one that is there."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ash_scaffold.ash.compare.attributes import compare_attributes
from ash_scaffold.ash.compare.constraints import compare_constraints
from ash_scaffold.ash.compare.difference import Difference, Kind, Value
from ash_scaffold.ash.compare.identities import compare_identities
from ash_scaffold.ash.compare.relationships import compare_relationships
from ash_scaffold.ash.model import Resource
from ash_scaffold.ash.stated import ReadResource

__all__ = ["Difference", "Kind", "Value", "compare"]

_PLACE = {
    "table": Kind.TABLE,
    "schema": Kind.SCHEMA,
    "repo": Kind.REPO,
    "migrate": Kind.MIGRATE,
}


def compare(
    wanted: Resource,
    has: ReadResource | Resource,
    *,
    columns: Collection[str] = (),
    types: Collection[str] = (),
) -> tuple[Difference, ...]:
    """Return where a resource differs from the one that was planned for its table.

    `wanted` is planned with the names that `has` gives. What is unknown gives no difference, nor
    does what a team decides for itself: names, order, actions, descriptions, `public?`,
    `sensitive?`, messages, own relationships, calculations and aggregates.

    `columns` are those of the table that have no attribute in `wanted` (excluded, or of a type
    that Ash can't read), which an own attribute may use. `types` are the type modules that the
    tool writes; an attribute with a type of the team's own is taken to fit its column.
    """
    read = has if isinstance(has, ReadResource) else ReadResource(resource=has)
    found = [
        *_place(wanted, read),
        *compare_attributes(wanted, read, columns, types),
        *compare_relationships(wanted, read),
        *compare_identities(wanted, read),
        *compare_constraints(wanted, read),
    ]
    return tuple(sorted(found, key=Difference.sort_key))


def _place(wanted: Resource, has: ReadResource) -> Iterator[Difference]:
    for field, kind in _PLACE.items():
        left, right = getattr(wanted, field), getattr(has.resource, field)
        if left != right and has.knows(field):
            yield Difference(kind=kind, path=(field,), wanted=left, has=right)
    keyed = any(attribute.primary_key for attribute in has.resource.attributes)
    required = has.resource.require_primary_key and not wanted.require_primary_key
    if required and not keyed and has.knows("require_primary_key"):
        yield Difference(
            kind=Kind.REQUIRE_PRIMARY_KEY,
            path=("require_primary_key",),
            wanted=False,
            has=True,
        )
